/**
 * Text as names are compared: lower case, without Vietnamese diacritics, single spaces. `Chẩu  Văn Đạt` → `chau van dat`.
 */
export function foldedText(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('đ', 'd')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
