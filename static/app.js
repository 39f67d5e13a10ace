/* Zenrei. Script only shortens what a link or a form already does. */
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);

  // The theme: the sheet follows the radios at once, the cookie remembers for the next page.
  document.addEventListener("change", (event) => {
    if (event.target.name === "theme" && event.target.type === "radio") {
      document.documentElement.dataset.theme = event.target.value;
      document.cookie = `theme=${event.target.value}; path=/; max-age=31536000; samesite=lax` + (location.protocol === "https:" ? "; secure" : "");
    }
  });

  // What does nothing without script is shown by it.
  for (const button of document.querySelectorAll("[data-script]")) button.hidden = false;

  // Where the address is not https, browsers copy only what is selected.
  const copy = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };

  // Copy: the button says so, then says its own word again.
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-print]")) window.print();
    const button = event.target.closest("[data-copy]");
    if (button) {
      await copy(button.dataset.copy);
      const word = button.textContent;
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = word; }, 1500);
    }
    const close = event.target.closest("[data-close]");
    if (close) {
      const place = close.closest(close.dataset.close);
      place.replaceChildren();
      const opener = document.getElementById(place.dataset.opener);
      if (opener) opener.focus();
    }
  });

  // Upload: the browser counts bytes, afterwards the job reports for itself.
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form || !event.detail.lengthComputable) return;
    const share = event.detail.loaded / event.detail.total;
    const bar = one("progress", form);
    bar.value = share;
    one("[data-share]", form).textContent = `${Math.floor(share * 100)} %`;
    one("[data-sent]", form).hidden = share < 1;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form) return;
    one("[data-sending]", form).hidden = false;
    one("button", form).disabled = true;
    one("#upload-answer").replaceChildren();
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form || !event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    event.preventDefault(); // the answer leads to the page that is open: refresh its parts instead
    form.reset();
    document.body.dispatchEvent(new CustomEvent("evidence-changed"));
  });
  for (const name of ["htmx:afterRequest", "htmx:sendError", "htmx:sendAbort", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.closest("form[data-upload]");
      if (!form) return;
      one("[data-sending]", form).hidden = true;
      one("button", form).disabled = false;
      if (name === "htmx:sendError") one("#upload-answer").textContent = form.dataset.cut;
    });
  }
  window.addEventListener("beforeunload", (event) => {
    if (one("form[data-upload] [data-sending]:not([hidden])")) event.preventDefault();
  });

  // A form that was fetched into the page takes the focus; errors take it on a page of their own.
  document.addEventListener("htmx:afterSettle", (event) => {
    const field = event.target.id === "entry-form" && one("select", event.target);
    if (field) field.focus();
  });
  const wrong = document.getElementById("form-errors");
  if (wrong) wrong.focus();

  // Single keys: never while typing, never with a modifier, and they can be switched off.
  const off = () => localStorage.getItem("shortcuts") === "off";
  const box = document.getElementById("shortcuts");
  if (box) {
    box.closest("[hidden]").hidden = false;
    box.checked = !off();
    box.addEventListener("change", () => localStorage.setItem("shortcuts", box.checked ? "on" : "off"));
  }
  let went = -Infinity;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || off()) return;
    const after = event.timeStamp - went < 1500;
    went = -Infinity;
    if (event.key === "g") { went = event.timeStamp; return; }
    const target = event.key === "/" ? one("[role=search] input[type=search]") : one(`[data-key="${CSS.escape((after ? "g" : "") + event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input")) target.focus(); else target.click();
  });
})();
