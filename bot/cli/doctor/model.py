"""Checks of the model: its server answers, and knows the model names in the settings."""

from bot import app
from bot.adapters.prices import dollars
from bot.core.errors import PersonError, TransientError

from .words import Patient, SkippedError, WrongError

OFFICIAL = "https://api.anthropic.com"


def server(patient: Patient) -> str:
    """The server answers and accepts the key; or, for a replay, the recording exists."""
    options = patient.settings.model
    made = app.model(options)
    base = options.base_url or OFFICIAL
    try:
        if made.replayed:
            return f"a recording answers: {options.replay}"
        listed = made.listed()
    except PersonError as error:
        raise WrongError(f"{base}: {error}", "Write another in ANTHROPIC_API_KEY.") from error
    except TransientError as error:
        raise WrongError(f"{base}: {error}", "Try again later; see ANTHROPIC_BASE_URL and the network.") from error
    finally:
        made.close()
    patient.listed = listed
    return f"{base} answers and takes the key" if listed else f"{base} answers; it lists no models"


def names(patient: Patient) -> str:
    """The server offers the models in the settings, and their prices are known."""
    options = patient.settings.model
    if options.replay:
        raise SkippedError("a recording has its own.")
    if "model" in patient.wrong:
        raise SkippedError("not examined, since model is wrong.")
    wanted = {"CHARRETTE_MODEL_THOROUGH": options.thorough, "CHARRETTE_MODEL_QUICK": options.quick}
    if patient.listed:
        for setting, name in wanted.items():
            if name not in patient.listed:
                known = ", ".join(sorted(patient.listed)[:8])
                raise WrongError(f"the server has no {name}.", f"Write one of its models in {setting}: {known}.")
    prices = app.model_settings(options).prices
    unpriced = [
        name for name in wanted.values() if dollars(name, {"input_tokens": 1, "output_tokens": 1}, prices) is None
    ]
    has = " and ".join(wanted.values())
    if unpriced:
        return (
            f"{has}; no price is known of {', '.join(unpriced)}, so tokens alone are limited (CHARRETTE_MODEL_PRICES)"
        )
    return has


def web(patient: Patient) -> str:
    """Reports whether the model can search the web; a document says if it was written without."""
    made = app.model(patient.settings.model)
    try:
        if made.replayed:
            return "as in the recording"
        there = "web" in made.capabilities()
    finally:
        made.close()
    return "asked for" if there else "not asked for (CHARRETTE_MODEL_WEB); documents say what they did without"
