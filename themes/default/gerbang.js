// Comfort only: every page works without it. Shows passwords and what they still lack, copies the secret, warns before a session
// ends, swallows a double click.
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
  each("[data-rules]", function (list) {
    var input = document.getElementById(list.getAttribute("data-rules"));
    input.addEventListener("input", function () {
      var typed = Array.from(input.value.normalize("NFC"));
      var kinds = {};
      typed.forEach(function (c) {
        kinds[/\d/.test(c) ? "digit" : c.toLowerCase() === c.toUpperCase() ? "sign" : c === c.toUpperCase() ? "big" : "small"] = 1;
      });
      each("#" + list.id + " [data-least], #" + list.id + " [data-kinds]", function (rule) {
        var of = function (name) { return Number(rule.getAttribute("data-" + name)); };
        var met = of("least") ? typed.length >= of("least") : Object.keys(kinds).length >= of("kinds") || typed.length >= of("phrase");
        rule.className = met ? "met" : "";
      });
    });
  });
  each("[data-copy]", function (button) {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.getAttribute("data-copy")).textContent.replace(/\s/g, ""));
      button.textContent = button.getAttribute("data-copied");
    });
  });
  // Says two minutes before the end that the session ends, and goes on when asked to. The clock is this page's own: nothing is polled.
  each("[data-left]", function (box) {
    var timer, said = box.querySelector("[data-warning]"), stay = box.querySelector("button");
    var tell = function (name, offer) {
      said.textContent = name ? (said.getAttribute(name) || box.getAttribute(name)) : "";
      stay.hidden = !offer;
    };
    var over = function () { tell("data-over", false); };
    var arm = function (left) {
      clearTimeout(timer);
      tell("", false);
      timer = setTimeout(function () {
        tell("data-warning", !!window.fetch);
        timer = setTimeout(over, Math.min(left, 120) * 1000);
      }, Math.max(0, left - 120) * 1000);
    };
    arm(+box.getAttribute("data-left"));
    stay.addEventListener("click", function () {
      fetch(box.getAttribute("data-stay"), {
        method: "POST", credentials: "same-origin", headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: "csrf=" + encodeURIComponent(box.getAttribute("data-token"))
      }).then(function (answer) { return answer.ok ? answer.json() : { left: 0 }; })
        .then(function (answer) { if (answer.left) { arm(answer.left); said.textContent = box.getAttribute("data-stayed"); } else over(); })
        .catch(function () { tell("data-warning", true); });
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
