/**
 * Compares what builds call themselves. Knows nothing of deployments.
 *
 * @module
 */

const FORM = /^v?(\d+(?:\.\d+)*)(?:-([\w.-]+))?(?:\+.*)?$/;

/**
 * Orders two versions as Semantic Versioning 2.0.0, clause 11, does; more or fewer numbers (`1.2`, `2026.11.23.1`) and
 * a leading `v` are allowed.
 *
 * @param {string} a
 * @param {string} b
 * @returns {number} negative, 0 or positive; NaN when one of them (a commit hash, a name) has no order
 */
export function compareVersions(a, b) {
  const left = FORM.exec(a);
  const right = FORM.exec(b);
  if (!left || !right) return NaN;
  const release = compareParts(left[1], right[1], "0");
  if (release || left[2] === right[2]) return release;
  if (!left[2] || !right[2]) return left[2] ? -1 : 1;
  return compareParts(left[2], right[2], "");
}

/**
 * @param {string} a
 * @param {string} b
 * @param {string} missing stands for a part that one side lacks
 */
function compareParts(a, b, missing) {
  const left = a.split(".");
  const right = b.split(".");
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = comparePart(left[index] ?? missing, right[index] ?? missing);
    if (order) return order;
  }
  return 0;
}

/** @param {string} a @param {string} b */
function comparePart(a, b) {
  if (a === b) return 0;
  const numbers = [a, b].map((part) => (/^\d+$/.test(part) ? Number(part) : NaN));
  const order = numbers[0] - numbers[1];
  if (!Number.isNaN(order)) return order;
  // Numbers come before words, and an absent part before both.
  if (!a || !b) return a ? 1 : -1;
  if (numbers.some((number) => !Number.isNaN(number))) return Number.isNaN(numbers[0]) ? 1 : -1;
  return a < b ? -1 : 1;
}
