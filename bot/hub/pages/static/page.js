// The pages work without this; it spares clicks and shows news.
"use strict";

const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

function typing() {
  const active = document.activeElement;
  if (active && active.matches("textarea, input:not([type=hidden]), select")) return true;
  if (all("details.menu[open], .edit-form:not([hidden])").length) return true;
  return all("#live textarea").some((area) => !area.closest("#composer") && area.value !== area.defaultValue);
}

// Lines of a file: #L12 or #L12-L20 (or #L12-20) are marked; a click with Shift makes a range.
function markLines() {
  const wanted = /^#L(\d+)(?:-L?(\d+))?$/.exec(location.hash);
  all("tr.chosen").forEach((row) => row.classList.remove("chosen"));
  if (!wanted) return;
  // A rendered document has no lines; its source has.
  const plain = document.querySelector("a[data-plain]");
  if (plain && !document.getElementById("L1")) location.replace(plain.href + location.hash);
  const ends = [Number(wanted[1]), Number(wanted[2] || wanted[1])].sort((a, b) => a - b);
  for (let line = ends[0]; line <= ends[1]; line += 1) {
    const row = document.getElementById(`L${line}`);
    if (row) row.classList.add("chosen");
  }
  const first = document.getElementById(`L${ends[0]}`);
  if (first) first.scrollIntoView({ block: "center" });
}

// Headings have ids of their own kind, so that no text can pose as a part of the page.
function followAnchor() {
  markLines();
  const name = decodeURIComponent(location.hash.slice(1));
  if (!name || document.getElementById(name)) return;
  const heading = document.getElementById(`user-content-${name}`);
  if (heading) heading.scrollIntoView();
}

function openRemark(button) {
  const row = document.getElementById("remark-form").content.firstElementChild.cloneNode(true);
  for (const name of ["path", "side", "line"]) row.querySelector(`[name=${name}]`).value = button.dataset[name];
  button.closest("tr").after(row);
  row.querySelector("textarea").focus();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-edit], [data-remark], [data-cancel], [data-confirm], [data-line]");
  if (!target) {
    all("details.menu[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
    return;
  }
  if (target.dataset.confirm !== undefined && !confirm(target.dataset.confirm)) event.preventDefault();
  if (target.dataset.edit) {
    const speech = document.getElementById(target.dataset.edit);
    const form = speech.querySelector(".edit-form");
    form.hidden = !form.hidden;
    speech.querySelector("[data-shown]").hidden = !form.hidden;
    all("details.menu[open]", speech).forEach((menu) => menu.removeAttribute("open"));
  }
  if (target.dataset.remark !== undefined) openRemark(target);
  if (target.dataset.cancel !== undefined) target.closest("tr").remove();
  if (target.matches("a[data-line]") && event.shiftKey && location.hash) {
    event.preventDefault();
    location.hash = `${location.hash.split("-")[0]}-L${target.dataset.line}`;
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.submit();
});

// A browser's own shortcut for forms.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    const button = event.target.form.querySelector("button.primary");
    if (button) event.target.form.requestSubmit(button);
  }
});

const live = document.getElementById("live");

async function showNews() {
  const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
  const open = all("details[open]").map((each) => each.id).filter(Boolean);
  for (const id of ["live-head", "live-talk", "live-aside"]) {
    const before = document.getElementById(id);
    const after = page.getElementById(id);
    if (before && after) before.replaceWith(document.adoptNode(after));
  }
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
}

async function poll() {
  if (!document.hidden) {
    try {
      const answer = await (await fetch(live.dataset.live)).json();
      if (answer.version !== live.dataset.version && !typing()) {
        await showNews();
        live.dataset.version = answer.version;
      }
    } catch {
      // The hub may be restarting: the next question will tell.
    }
  }
  setTimeout(poll, 2000);
}

addEventListener("hashchange", followAnchor);
followAnchor();
if (live) setTimeout(poll, 2000);
