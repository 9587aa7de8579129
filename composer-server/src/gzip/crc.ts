// CRC-32 of joined parts from the CRCs of the parts, without their bytes: what zlib calls crc32_combine.

/** The polynomial of CRC-32 (RFC 1952 §8), bits reversed. */
const POLYNOMIAL = 0xedb88320;

/** What appending a number of bytes does to a CRC: it multiplies it, as a polynomial, by x to the power of its bits. */
export type CrcOperator = number;

/** a × b modulo the polynomial, over bits: 32 steps. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 1 << 31; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product;
}

/** x to the power of 8 × 2^n. */
const POWERS: number[] = [1 << 23];
for (let n = 1; n < 48; n++) POWERS.push(multiply(POWERS[n - 1] ?? 0, POWERS[n - 1] ?? 0));

/** The operator for that many bytes. */
export function crcOperator(length: number): CrcOperator {
  let operator = 1 << 31; // The one among polynomials, reversed.
  for (let n = 0, rest = length; rest > 0; n++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) operator = multiply(POWERS[n] ?? 0, operator);
  }
  return operator;
}

/** The CRC of two parts joined; `operator` is that of the second part's length. */
export function joinCrc(first: number, second: number, operator: CrcOperator): number {
  return (multiply(operator, first) ^ second) >>> 0;
}
