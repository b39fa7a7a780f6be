import { station } from '../intake-harness.js';

export const episodesInEnvelope = 500;

/** Envelope by number: the same number gives the same bytes. Every episode is about a synthetic person of its own. */
export function envelopeOfMany(number: number): Buffer {
  const episode = (index: number): string => {
    const serial = String(number * episodesInEnvelope + index).padStart(8, '0');
    const inner = `<TONG_HOP><MA_LK>L${number}.${index}</MA_LK><STT>1</STT><HO_TEN>Người Thử Nghiệm ${serial}</HO_TEN>
      <SO_CCCD>0081${serial}</SO_CCCD><NGAY_SINH>196105110000</NGAY_SINH><GIOI_TINH>2</GIOI_TINH><MAXA_CU_TRU>02302</MAXA_CU_TRU>
      <MA_BENH_CHINH>I10</MA_BENH_CHINH><NGAY_VAO>202610050830</NGAY_VAO><NGAY_RA>202610050910</NGAY_RA>
      <MA_CSKCB>${station}</MA_CSKCB></TONG_HOP>`;
    const content = index % 2 === 0 ? inner : Buffer.from(inner).toString('base64');
    return `<HOSO><FILEHOSO><LOAIHOSO>XML1</LOAIHOSO><NOIDUNGFILE>${content}</NOIDUNGFILE></FILEHOSO></HOSO>`;
  };
  const records = Array.from({ length: episodesInEnvelope }, (_, index) => episode(index)).join('');
  return Buffer.from(
    `<GIAMDINHHS><MACSKCB>${station}</MACSKCB><NGAYLAP>20261005</NGAYLAP><SOLUONGHOSO>${episodesInEnvelope}</SOLUONGHOSO>${records}</GIAMDINHHS>`,
  );
}
