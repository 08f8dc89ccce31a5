// Comfort only: every page works without it. Shows passwords and what they still lack, copies the secret, shrinks pictures, swallows a double click.
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
  // Pictures of a phone's camera become small before they travel; the server takes them as they are, too.
  each("[data-shrink]", function (input) {
    if (!window.createImageBitmap || !window.DataTransfer) return;
    input.addEventListener("change", function () {
      var file = input.files[0];
      if (!file || file.size < 3e5) return;
      createImageBitmap(file, { imageOrientation: "from-image" }).then(function (image) {
        var canvas = document.createElement("canvas"), scale = Math.min(1, 1600 / Math.max(image.width, image.height));
        canvas.width = image.width * scale;
        canvas.height = image.height * scale;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        var shrink = function (quality) {
          canvas.toBlob(function (blob) {
            if (!blob) return;
            if (blob.size > 3e5 && quality > 0.4) return shrink(quality - 0.15);
            var chosen = new DataTransfer();
            chosen.items.add(new File([blob], "foto.jpg", { type: "image/jpeg" }));
            input.files = chosen.files;
          }, "image/jpeg", quality);
        };
        shrink(0.85);
      }, function () {});
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
