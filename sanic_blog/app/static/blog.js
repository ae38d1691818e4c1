"use strict";

// What scrolls sideways has to be within reach of the keyboard. Not every browser sees
// to that by itself.
for (const box of document.querySelectorAll(".body pre, .body table")) {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  }
}
