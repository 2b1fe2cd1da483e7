// The meter beside a new password, while it is typed. It judges as setup_server/auth/strength.py does and with the same lists, which
// are on the page; what counts is what the server says when the form is sent. Nothing typed leaves the page before that.
"use strict";
(() => {
  const shown = document.getElementById("strength");
  const meter = shown.querySelector("meter");
  const said = shown.querySelector("span");
  const wrong = document.getElementById("password-wrong");
  const password = document.getElementById("password");
  const username = document.getElementById("username");
  const rules = JSON.parse(shown.dataset.rules);
  const words = JSON.parse(shown.dataset.words);
  const alphabets = [
    [10, /^\p{Nd}$/u],
    [26, /^[a-z]$/],
    [26, /^[A-Z]$/],
    [33, /^[\x00-\x7f]$/, /[0-9A-Za-z]/],
    [2000, /[^\x00-\x7f]/],
  ];
  const belongs = (letter, [, inside, outside]) => inside.test(letter) && !(outside && outside.test(letter));

  const markWord = (word, body, foretold) => {
    const letters = [...word];
    for (let at = 0; at + letters.length <= body.length; ) {
      const found = letters.every((letter, step) => body[at + step] === letter);
      if (found) foretold.fill(true, at + 1, at + letters.length);
      at += found ? letters.length : 1;
    }
  };

  const runsOn = (three) => {
    const back = [...three].reverse().join("");
    return rules.runs.some((run) => run.includes(three) || run.includes(back));
  };

  // Guesses that it takes, as a power of two.
  const bitsOf = (text, name) => {
    const lowered = [...text.join("").toLowerCase()];
    const plain = lowered.map((letter) => rules.leet[letter] ?? letter);
    const foretold = new Array(text.length).fill(false);
    if (plain.length === text.length) {
      const known = [...name].length >= 3 ? [...rules.common, name.toLowerCase()] : rules.common;
      for (const word of known) for (const body of [lowered, plain]) markWord(word, body, foretold);
    }
    if (lowered.length === text.length) {
      for (let at = 2; at < text.length; at++) foretold[at] ||= runsOn(lowered.slice(at - 2, at + 1).join(""));
    }
    const fresh = text.filter((letter, at) => !(foretold[at] || text.slice(Math.max(0, at - 3), at).includes(letter)));
    if (!fresh.length) return 0;
    const used = alphabets.filter((alphabet) => fresh.some((letter) => belongs(letter, alphabet)));
    const each = Math.log2(used.reduce((sum, [size]) => sum + size, 0) || 2);
    const variety = new Set(text).size / text.length;
    return Math.trunc(each * fresh.length * Math.min(1, 0.4 + variety) + (text.length - fresh.length) * 0.5);
  };

  const weaknessOf = (text, name, bits) => {
    if (text.length < rules.shortest) return "too_short";
    if (text.length > rules.longest) return "too_long";
    if ([...name].length >= 3 && text.join("").toLowerCase().includes(name.toLowerCase())) return "holds_name";
    return bits < rules.enough ? "guessable" : "";
  };

  const judge = () => {
    const text = [...password.value.normalize("NFKC")];
    const name = username.value.normalize("NFKC").trim().toLowerCase();
    const bits = bitsOf(text.slice(0, rules.longest), name);
    const weakness = weaknessOf(text, name, bits);
    meter.value = Math.min(4, Math.max(0, Math.floor((bits - 15) / 15)));
    said.textContent = [words.levels[meter.value], words.weaknesses[weakness]].filter(Boolean).join(" · ");
    shown.dataset.weakness = weakness;
    shown.hidden = !password.value;
    if (wrong) wrong.hidden = true;
  };

  password.addEventListener("input", judge);
  username.addEventListener("input", () => password.value && judge());
})();
