// The Latin letter of a key, by its place where a keyboard writes another script: on a Persian one `n` is written د.

export function letterOf({ key, code }) {
  const isOtherScript = key?.length === 1 && key > "\u007f" && code?.startsWith("Key");
  return isOtherScript ? code.slice(3).toLowerCase() : key;
}
