// Comfort only: every page works without it. Shows passwords, copies the secret, swallows a double click.
(function () {
  "use strict";
  var each = function (selector, work) { Array.prototype.forEach.call(document.querySelectorAll(selector), work); };
  each("[data-reveal]", function (button) {
    var input = document.getElementById(button.getAttribute("data-reveal"));
    var show = function (shown) {
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    };
    button.hidden = false;
    button.addEventListener("click", function () { show(input.type === "password"); });
    input.form.addEventListener("submit", function () { show(false); });
  });
  each("[data-copy]", function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.getAttribute("data-copy")).textContent.replace(/\s/g, ""));
      button.textContent = button.getAttribute("data-copied");
    });
  });
  each("form", function (form) {
    var last = 0;
    form.addEventListener("submit", function (event) {
      if (Date.now() - last < 1000) event.preventDefault();
      else last = Date.now();
    });
  });
})();
