// Finds a number that, behind the page's puzzle, gives a SHA-256 with enough leading zeros, and sends the form with it.
// Written out rather than crypto.subtle, whose promises cost more than the hash itself. Works in small pieces, so that
// the page stays alive; whoever does not want to wait still has the form.
(function () {
  "use strict";
  var place = document.getElementById("working"), form = document.forms[0];
  if (!place || !form || typeof Uint32Array === "undefined") return;
  var asked = place.getAttribute("data-puzzle") + ".", bits = Number(place.getAttribute("data-bits"));
  var primes = [], K = new Uint32Array(64), START = new Uint32Array(8);
  for (var n = 2; primes.length < 64; n++) if (primes.every(function (p) { return n % p; })) primes.push(n);
  primes.forEach(function (p, i) {
    var fraction = function (root) { return (root - Math.floor(root)) * 4294967296; };
    K[i] = fraction(Math.cbrt(p));
    if (i < 8) START[i] = fraction(Math.sqrt(p));
  });
  var W = new Uint32Array(64), words = new Uint32Array(1024);
  // The first word of the hash, which is all that is asked about.
  function first(text) {
    var length = text.length, total = ((length + 72) >> 6) << 4, i, j;
    words.fill(0, 0, total);
    for (i = 0; i < length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i & 3) * 8);
    words[length >> 2] |= 128 << (24 - (length & 3) * 8);
    words[total - 1] = length * 8;
    var H = START.slice();
    for (j = 0; j < total; j += 16) {
      var a = H[0], b = H[1], c = H[2], d = H[3], e = H[4], f = H[5], g = H[6], h = H[7];
      for (i = 0; i < 64; i++) {
        if (i < 16) W[i] = words[j + i];
        else {
          var x = W[i - 15], y = W[i - 2];
          W[i] = W[i - 16] + W[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) +
            ((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10);
        }
        var s = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (e & f ^ ~e & g) + K[i] + W[i] | 0;
        var t = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b ^ a & c ^ b & c) | 0;
        h = g; g = f; f = e; e = d + s | 0; d = c; c = b; b = a; a = s + t | 0;
      }
      H[0] += a; H[1] += b; H[2] += c; H[3] += d; H[4] += e; H[5] += f; H[6] += g; H[7] += h;
    }
    return H[0];
  }
  var number = 0;
  function work() {
    for (var until = Date.now() + 40; Date.now() < until;) {
      for (var i = 0; i < 64; i++, number++) {
        if (first(asked + number) >>> (32 - bits) === 0) {
          form.elements.answer.value = String(number);
          form.submit();
          return;
        }
      }
    }
    setTimeout(work, 0);
  }
  place.hidden = false;
  document.getElementById("by-mail").hidden = true;
  work();
})();
