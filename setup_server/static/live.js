// The live part of a card's page: newer versions are put in the place of older ones. All markup is made and escaped by the server.
"use strict";
(() => {
  const line = document.getElementById("line");
  const SLOWEST = 30000;
  let tries = 0;

  const say = (state) => {
    line.dataset.state = state;
    line.textContent = line.dataset[state];
  };

  const scrollLog = (part, top) => {
    const log = part.querySelector("#log");
    if (log) log.scrollTop = Math.min(top, log.scrollHeight);
  };

  // What somebody opened, reads or stands on stays so.
  const put = (fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old) return;
    const log = old.querySelector("#log");
    const top = log && log.scrollTop + log.clientHeight < log.scrollHeight - 24 ? log.scrollTop : Infinity;
    const at = old.contains(document.activeElement) ? document.activeElement : null;
    const stood = at && (at.id ? `#${at.id}` : at.parentElement.id && `#${at.parentElement.id} > ${at.localName}`);
    for (const open of old.querySelectorAll("details[open][id]")) {
      const same = fresh.querySelector(`#${open.id}`);
      if (same) same.setAttribute("open", "");
    }
    old.replaceWith(fresh);
    scrollLog(fresh, top);
    const again = stood && document.querySelector(stood);
    if (again) again.focus({ preventScroll: true });
  };

  const show = (frame) => {
    const page = new DOMParser().parseFromString(frame.html, "text/html");
    for (const fresh of [...page.body.children]) put(document.adoptNode(fresh));
    document.title = frame.title;
    line.dataset.version = frame.version;
  };

  const connect = () => {
    const address = new URL(line.dataset.source, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("version", line.dataset.version);
    const socket = new WebSocket(address);
    let over = false;
    socket.onopen = () => say("live");
    socket.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      tries = 0;
      show(frame);
      over = frame.final;
      if (over) say("final");
    };
    socket.onclose = (event) => {
      if (over || event.code === 4404) return say(over ? "final" : "gone");
      if (event.code === 4401) return say("ended");
      say(event.code === 4429 ? "crowded" : "lost");
      tries += 1;
      setTimeout(connect, Math.min(SLOWEST, 500 * 2 ** tries) * (0.5 + Math.random() / 2));
    };
  };

  scrollLog(document, Infinity);
  connect();
})();
