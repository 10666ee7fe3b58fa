# syntax=docker/dockerfile:1
ARG PYTHON=3.13

# The first stage has what building needs; the second has only what came of it.
FROM python:${PYTHON}-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes --requirement requirements-dev.lock \
 && python -m venv /opt/charrette \
 && /opt/charrette/bin/pip install --require-hashes --requirement requirements.lock
COPY LICENSE README.md pyproject.toml ./
COPY bot bot
COPY handlers handlers
COPY workflows workflows
COPY .github/app-manifest.json .github/app-manifest.json
RUN /opt/build/bin/python -m hatchling build --target wheel --directory /tmp/wheel \
 && /opt/charrette/bin/pip install --no-deps --no-index /tmp/wheel/*.whl \
 && /opt/charrette/bin/pip uninstall --yes pip

FROM python:${PYTHON}-slim-trixie
LABEL org.opencontainers.image.title="Charrette" \
      org.opencontainers.image.description="A GitHub App that turns a labelled issue into a branch of design documents and a pull request." \
      org.opencontainers.image.licenses="Apache-2.0"
# tini reaps what git leaves behind and passes signals on.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --create-home --home-dir /var/lib/charrette charrette
COPY --from=build /opt/charrette /opt/charrette
ENV PATH=/opt/charrette/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CHARRETTE_STATE=/var/lib/charrette \
    CHARRETTE_LISTEN=0.0.0.0:8080
USER charrette
WORKDIR /var/lib/charrette
VOLUME /var/lib/charrette
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
# Told by SIGTERM, the service ends what is in flight; told again, it ends at once.
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--", "charrette"]
CMD ["serve"]
