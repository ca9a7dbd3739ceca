/**
 * Compares what builds call themselves. Knows nothing of deployments.
 *
 * @module
 */

const FORM = /^v?(\d[\d.]*?)(?:\.0)*(-[\w.-]+)?(?:\+.*)?$/;
const { compare } = new Intl.Collator("en", { numeric: true });

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
  // "~" sorts after "-": a pre-release comes before its release.
  return compare(left[1], right[1]) || compare(left[2] ?? "~", right[2] ?? "~");
}
