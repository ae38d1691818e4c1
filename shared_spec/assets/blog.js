"use strict";

// What scrolls sideways has to be within reach of the keyboard. Not every browser sees
// to that by itself.
for (const box of document.querySelectorAll(".body pre, .body table")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  }
}

// Comments come and go while one reads. Without a script, a reload shows the same.
const POST_IS_GONE = 4404;
const FIRST_PAUSE = 500; // milliseconds before the first attempt to reconnect
const LONGEST_PAUSE = 30_000;
const LONGEST_FETCH = 10_000;

class Thread {
  constructor(element) {
    this.element = element;
    // The page of a refused comment has the address of its form.
    this.path = element.dataset.live.replace("/ws/", "/");
    this.pause = FIRST_PAUSE;
    this.waiting = null; // the events that came while the page was on its way
  }

  connect() {
    const address = new URL(this.element.dataset.live, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", ({ data }) => this.take(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.closed(code));
  }

  opened() {
    this.pause = FIRST_PAUSE;
    this.catchUp();
  }

  closed(code) {
    if (code === POST_IS_GONE) {
      return;
    }
    // Not all at the same moment, when a server comes back to many readers.
    setTimeout(() => this.connect(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
  }

  take(event) {
    if (this.waiting) {
      this.waiting.push(event);
    } else {
      this.show(event);
    }
  }

  show(event) {
    if (event.type === "comment.created") {
      this.add(event.comment);
    } else if (event.type === "comment.deleted") {
      this.remove(event.id);
    }
  }

  add(comment) {
    if (this.find(comment.id)) {
      return;
    }
    this.element.querySelector(".none")?.remove();
    this.element.append(this.picture(comment));
    this.count(1);
  }

  remove(id) {
    const article = this.find(id);
    if (article) {
      article.remove();
      this.count(-1);
    }
  }

  find(id) {
    return document.getElementById(`comment-${id}`);
  }

  count(change) {
    const counter = document.querySelector(".comments-count");
    const number = parseInt(counter.textContent, 10) + change;
    counter.textContent = `${number} comment${number === 1 ? "" : "s"}`;
  }

  // What happened before the socket was open, it does not tell.
  async catchUp() {
    const waiting = [];
    this.waiting = waiting;
    const page = await fetchPage(this.path);
    if (this.waiting !== waiting) {
      return; // Connected anew in the meantime: a later page is on its way.
    }
    this.waiting = null;
    if (page) {
      this.renew(page);
    }
    for (const event of waiting) {
      this.show(event);
    }
  }

  renew(page) {
    replace(".comments-count", page);
    // To replace what is the same would take the focus and the :target from it.
    if (idsOfComments(page) !== idsOfComments(document)) {
      replace(".thread", page);
    }
  }

  picture(comment) {
    const article = make("article", { id: `comment-${comment.id}`, className: "comment" });
    const name = comment.author.username;
    const author = make("a", { rel: "author", href: `/authors/${name}`, textContent: name });
    const time = make("time", {
      dateTime: comment.created_at,
      textContent: day(comment.created_at),
    });
    const byline = make("p", { className: "byline" });
    byline.append(author, " on ", time);
    const text = make("div", { className: "text", dir: "auto", textContent: comment.body });
    article.append(byline, text);
    if (this.mayDelete(name)) {
      article.append(this.deletion(comment.id, name));
    }
    return article;
  }

  mayDelete(author) {
    const { username, moderates } = this.element.dataset;
    return moderates !== undefined || username === author;
  }

  // The page's own form has what a server wants to see hidden in every form.
  deletion(id, author) {
    const own = document.querySelector("#comments > form");
    const form = make("form", { action: `${own.getAttribute("action")}/${id}/delete` });
    form.method = "post";
    for (const field of own.querySelectorAll("input[type=hidden]")) {
      form.append(make("input", { type: "hidden", name: field.name, value: field.value }));
    }
    const button = make("button", { className: "link", textContent: "Delete" });
    button.ariaLabel = `Delete the comment of ${author}`;
    form.append(button);
    return form;
  }
}

// Null where it cannot be had: what is shown is then the newest that is known.
async function fetchPage(path) {
  try {
    const signal = AbortSignal.timeout(LONGEST_FETCH);
    const response = await fetch(path, { signal });
    const text = await response.text();
    return response.ok ? new DOMParser().parseFromString(text, "text/html") : null;
  } catch {
    return null;
  }
}

function replace(place, page) {
  const [old, fresh] = [document, page].map((each) => each.querySelector(place));
  if (old && fresh) {
    old.replaceChildren(...fresh.childNodes);
  }
}

function idsOfComments(root) {
  return Array.from(root.querySelectorAll(".thread .comment"), ({ id }) => id).join();
}

function make(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function day(moment) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(moment),
  );
}

const thread = document.querySelector(".thread[data-live]");
if (thread) {
  new Thread(thread).connect();
}
