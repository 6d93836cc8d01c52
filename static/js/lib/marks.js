// Where the words of a search stand in a text. Pure. Words match as in the search: all letters and digits, whatever
// their case; whole, the last one also as the beginning of a word; where a script puts no spaces, anywhere.

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const IN_WORD = /[\p{L}\p{N}\p{M}]/u;
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const MOST_WORDS = 32;

/** The words of a query, in lower case. */
export function wordsOf(query) {
  return [...new Set((query ?? "").toLowerCase().match(WORD) ?? [])].slice(0, MOST_WORDS);
}

/** [start, end] of up to `most` words in the text, in order, none inside another. */
export function findWords(text, words, most = 200) {
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return []; // its places would not be those of the text
  const found = words.flatMap((word, i) => placesOf(lower, word, i === words.length - 1, most));
  found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const kept = [];
  for (const place of found) if (kept.length < most && place[0] >= (kept.at(-1)?.[1] ?? 0)) kept.push(place);
  return kept;
}

function placesOf(lower, word, isLast, most) {
  const places = [];
  const isUnspaced = UNSPACED.test(word);
  for (let at = lower.indexOf(word); at >= 0 && places.length < most; at = lower.indexOf(word, at + word.length)) {
    const end = at + word.length;
    if (isUnspaced || (!isInWord(lower, at - 1) && (isLast || !isInWord(lower, end)))) places.push([at, end]);
  }
  return places;
}

const isInWord = (text, at) => at >= 0 && at < text.length && IN_WORD.test(text[at]);
