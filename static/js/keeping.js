// What this browser keeps for somebody, by the name of a storage: in a tab (sessionStorage) or beyond (localStorage).

// What somebody else left in this browser is nobody's business.
export function reader() {
  return document.querySelector("[data-opened-by]")?.dataset.openedBy;
}

export function kept(storage, key) {
  try {
    return window[storage].getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function keep(storage, key, text) {
  try {
    if (text) window[storage].setItem(key, text);
    else window[storage].removeItem(key);
  } catch {
    // A browser that keeps nothing forgets this too.
  }
}

export function forgetAll(storage, beginning) {
  try {
    const keys = Object.keys(window[storage]).filter((key) => key.startsWith(beginning));
    for (const key of keys) window[storage].removeItem(key);
  } catch {
    // A browser that keeps nothing has nothing to forget.
  }
}
