// Comfort: every page works without it, save for passkeys, which only a script can ask for. Shows passwords and what they
// still lack, copies, prints, shrinks pictures and says how far they are, warns before a session ends, swallows a double
// click. Fetches nothing but more time for a session: what is asked of a passkey stands in the page, what it answers goes
// with the form.
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
  each("[data-print]", function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
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
  var bytes = function (text) {
    var raw = atob(text.replace(/-/g, "+").replace(/_/g, "/")), made = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) made[i] = raw.charCodeAt(i);
    return made.buffer;
  };
  var text = function (buffer) {
    return btoa(String.fromCharCode.apply(null, new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  };
  // Browsers before 2025 know neither parse…FromJSON nor toJSON.
  var question = function (json, create) {
    var asked = JSON.parse(json), held = function (key) { key.id = bytes(key.id); };
    var native = PublicKeyCredential[create ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON"];
    if (native) return native.call(PublicKeyCredential, asked);
    asked.challenge = bytes(asked.challenge);
    if (create) asked.user.id = bytes(asked.user.id);
    (asked.allowCredentials || []).concat(asked.excludeCredentials || []).forEach(held);
    return asked;
  };
  var answer = function (key) {
    try { return JSON.stringify(key.toJSON()); } catch (missing) { /* below */ }
    var from = key.response, said = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (from[name]) said[name] = text(from[name]);
    });
    if (from.getTransports) said.transports = from.getTransports();
    return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, response: said });
  };
  each("[data-passkey]", function (button) {
    if (!window.PublicKeyCredential || !window.AbortController) return;
    var create = button.getAttribute("data-passkey") === "create", form = button.form, pending;
    var fault = button.parentNode.querySelector("[role=alert]");
    var ask = function (mediation) {
      if (pending) pending.abort();
      pending = new AbortController();
      var request = { publicKey: question(button.getAttribute("data-options"), create), signal: pending.signal };
      if (mediation) request.mediation = mediation;
      return navigator.credentials[create ? "create" : "get"](request).then(function (key) {
        form.elements.passkey.value = answer(key);
        form.submit();
      });
    };
    button.hidden = button.parentNode.hidden = false;
    each("[data-no-passkey]", function (said) { said.hidden = true; });
    button.addEventListener("click", function () {
      fault.textContent = "";
      Promise.resolve().then(function () { return ask(); }).catch(function (error) {
        if (error.name === "AbortError") return;
        fault.textContent = fault.getAttribute(error.name === "InvalidStateError" ? "data-held" : "data-other") || fault.getAttribute("data-other");
      });
    });
    // Enter in the field for the name means the button.
    if (create) form.addEventListener("submit", function (event) { event.preventDefault(); button.click(); });
    if (form.querySelector("[autocomplete~=webauthn]") && PublicKeyCredential.isConditionalMediationAvailable) {
      PublicKeyCredential.isConditionalMediationAvailable().then(function (can) { return can && ask("conditional"); }).catch(function () {});
    }
  });
  // What became of passkeys is told to the browser that keeps them, if it listens.
  each("[data-signal]", function (one) {
    var said = JSON.parse(one.getAttribute("data-signal")), known = window.PublicKeyCredential || {};
    Object.keys(said).forEach(function (name) { if (known[name]) known[name](said[name]).catch(function () {}); });
  });
  // Pictures of a phone's camera become small before they travel; the server takes them as they are, too.
  each("[data-shrink]", function (input) {
    if (!window.createImageBitmap || !window.DataTransfer) return;
    input.addEventListener("change", function () {
      var file = input.files[0];
      if (!file || file.size < 3e5) return;
      input.form.ready = createImageBitmap(file, { imageOrientation: "from-image" }).then(function (image) { return new Promise(function (done) {
        var canvas = document.createElement("canvas"), scale = Math.min(1, 1600 / Math.max(image.width, image.height));
        canvas.width = image.width * scale;
        canvas.height = image.height * scale;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        var shrink = function (quality) {
          canvas.toBlob(function (blob) {
            if (blob && blob.size > 3e5 && quality > 0.4) return shrink(quality - 0.15);
            if (blob && input.files[0] === file) {
              var chosen = new DataTransfer();
              chosen.items.add(new File([blob], "foto.jpg", { type: "image/jpeg" }));
              input.files = chosen.files;
            }
            done();
          }, "image/jpeg", quality);
        };
        shrink(0.85);
      }); }, function () {});
    });
  });
  // On a slow network a picture takes its time: says how far it is, and keeps it chosen when the network fails.
  each("form[enctype]", function (form) {
    var bar = form.querySelector("progress"), said = form.querySelector("[role=status]"), busy, told;
    if (!window.Promise || !("responseURL" in new XMLHttpRequest())) return;
    var tell = function (percent) {
      if (percent <= told) return;
      said.textContent = bar.getAttribute("aria-label") + " " + (told = percent) + " %";
    };
    var send = function () {
      var call = new XMLHttpRequest();
      told = -1;
      tell(bar.value = 0);
      bar.parentNode.hidden = false;
      call.open("POST", form.action);
      call.upload.onprogress = function (event) {
        bar.value = event.loaded / event.total * 100;
        tell(Math.floor(bar.value / 25) * 25);
      };
      call.onload = function () {
        if (call.status < 400) return location.assign(call.responseURL);
        document.open();
        document.write(call.responseText);
        document.close();
      };
      call.onerror = function () {
        busy = false;
        bar.parentNode.hidden = true;
        said.textContent = said.getAttribute("data-failed");
      };
      call.send(new FormData(form));
    };
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (busy) return;
      busy = true;
      Promise.resolve(form.ready).then(send);
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
