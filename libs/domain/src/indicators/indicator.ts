/**
 * The indicators as declared things: what is counted, of how many, in which unit, by which document. Figures are kept and
 * recounted by whoever implements them; this list is what both must mean.
 */
import type { Bilingual } from '../bilingual.js';

/** `count`: the value is the numerator. `share`: percent of the denominator. `mean`: numerator divided by denominator. */
export type IndicatorForm = 'count' | 'share' | 'mean';

export interface Indicator {
  readonly code: string;
  readonly name: Bilingual;
  readonly numerator: Bilingual;
  /** Given exactly for `share` and `mean`. */
  readonly denominator?: Bilingual;
  readonly form: IndicatorForm;
  readonly unit: 'visits' | 'residents' | 'referrals' | '%' | 'hours';
  /** A flow happens on days and adds up over them; a stock stands at the end of a period (TT 37/2019 forms, DHIS2 NCD templates). */
  readonly kind: 'flow' | 'stock';
  /** False for a flow that counts people once in a period: it cannot be added up over days or places. */
  readonly additive: boolean;
  /** The document that the definition comes from. */
  readonly source: string;
  readonly version: number;
}

const ncdForms = 'Biểu 2–4/BCCDC-KLN (DHIS2 BKLN)';
const founding = 'QĐ 1093/QĐ-BYT; Chỉ thị 25-CT/TW';

const residents = (vi: string, en: string): Bilingual => ({ vi: `người dân ${vi}`, en: `residents ${en}` });

export const indicators = [
  {
    code: 'visits',
    name: { vi: 'Lượt khám bệnh, chữa bệnh', en: 'Visits' },
    numerator: { vi: 'đợt khám chữa bệnh bắt đầu trong kỳ', en: 'episodes of care that began in the period' },
    form: 'count',
    unit: 'visits',
    kind: 'flow',
    additive: true,
    source: 'TT 23/2025/TT-BYT',
    version: 1,
  },
  {
    code: 'visits-insured',
    name: { vi: 'Lượt khám có bảo hiểm y tế', en: 'Insured visits' },
    numerator: { vi: 'lượt khám có xuất trình thẻ BHYT', en: 'visits where an insurance card was shown' },
    denominator: { vi: 'mọi lượt khám', en: 'all visits' },
    form: 'share',
    unit: '%',
    kind: 'flow',
    additive: true,
    source: founding,
    version: 1,
  },
  {
    code: 'residents-seen',
    name: { vi: 'Số người được khám', en: 'Residents seen' },
    numerator: residents('có ít nhất một lượt khám trong kỳ', 'with at least one visit in the period'),
    form: 'count',
    unit: 'residents',
    kind: 'flow',
    additive: false,
    source: 'TT 23/2025/TT-BYT',
    version: 1,
  },
  {
    code: 'residents-known',
    name: { vi: 'Số người có hồ sơ', en: 'Residents known' },
    numerator: residents('có hồ sơ vào cuối kỳ', 'with a record at the end of the period'),
    form: 'count',
    unit: 'residents',
    kind: 'stock',
    additive: true,
    source: founding,
    version: 1,
  },
  {
    code: 'health-managed-12m',
    name: { vi: 'Người dân được quản lý sức khỏe (12 tháng)', en: 'Residents under health management (12 months)' },
    numerator: residents('được kiểm tra sức khỏe trong 12 tháng', 'with a health check in the last 12 months'),
    denominator: residents('có hồ sơ', 'known'),
    form: 'share',
    unit: '%',
    kind: 'stock',
    additive: true,
    source: founding,
    version: 1,
  },
  {
    code: 'high-risk-checked-12m',
    name: { vi: 'Người nguy cơ cao được kiểm tra (12 tháng)', en: 'High-risk residents checked (12 months)' },
    numerator: residents(
      'nguy cơ cao được kiểm tra sức khỏe trong 12 tháng',
      'at high risk with a health check in the last 12 months',
    ),
    denominator: residents('nguy cơ cao', 'at high risk'),
    form: 'share',
    unit: '%',
    kind: 'stock',
    additive: true,
    source: founding,
    version: 1,
  },
  {
    code: 'hypertension-found',
    name: { vi: 'Tăng huyết áp phát hiện mới', en: 'Hypertension newly found' },
    numerator: residents(
      'được chẩn đoán tăng huyết áp lần đầu trong kỳ',
      'first diagnosed with hypertension in the period',
    ),
    form: 'count',
    unit: 'residents',
    kind: 'flow',
    additive: true,
    source: ncdForms,
    version: 1,
  },
  {
    code: 'hypertension-managed',
    name: { vi: 'Tăng huyết áp đang được quản lý', en: 'Hypertension under management' },
    numerator: residents(
      'tăng huyết áp có khám bệnh này trong 12 tháng',
      'with hypertension and a visit for it in the last 12 months',
    ),
    denominator: residents('đã phát hiện tăng huyết áp', 'ever found to have hypertension'),
    form: 'share',
    unit: '%',
    kind: 'stock',
    additive: true,
    source: ncdForms,
    version: 1,
  },
  {
    code: 'hypertension-controlled',
    name: { vi: 'Tăng huyết áp đạt huyết áp mục tiêu', en: 'Hypertension at target' },
    numerator: residents(
      'đang quản lý, lần đo gần nhất đạt mục tiêu theo tuổi',
      'managed whose last blood pressure is at the target for their age',
    ),
    denominator: residents('tăng huyết áp đang được quản lý', 'with hypertension under management'),
    form: 'share',
    unit: '%',
    kind: 'stock',
    additive: true,
    source: 'QĐ 5904/QĐ-BYT 2019',
    version: 1,
  },
  {
    code: 'hypertension-controlled-140-90',
    name: { vi: 'Tăng huyết áp dưới 140/90 mmHg', en: 'Hypertension below 140/90 mmHg' },
    numerator: residents(
      'đang quản lý, lần đo gần nhất dưới 140/90',
      'managed whose last blood pressure is below 140/90',
    ),
    denominator: residents('tăng huyết áp đang được quản lý', 'with hypertension under management'),
    form: 'share',
    unit: '%',
    kind: 'stock',
    additive: true,
    source: 'QĐ 3192/QĐ-BYT 2010',
    version: 1,
  },
  {
    code: 'diabetes-found',
    name: { vi: 'Đái tháo đường phát hiện mới', en: 'Diabetes newly found' },
    numerator: residents(
      'được chẩn đoán đái tháo đường lần đầu trong kỳ',
      'first diagnosed with diabetes in the period',
    ),
    form: 'count',
    unit: 'residents',
    kind: 'flow',
    additive: true,
    source: ncdForms,
    version: 1,
  },
  {
    code: 'diabetes-managed',
    name: { vi: 'Đái tháo đường đang được quản lý', en: 'Diabetes under management' },
    numerator: residents(
      'đái tháo đường có khám bệnh này trong 12 tháng',
      'with diabetes and a visit for it in the last 12 months',
    ),
    denominator: residents('đã phát hiện đái tháo đường', 'ever found to have diabetes'),
    form: 'share',
    unit: '%',
    kind: 'stock',
    additive: true,
    source: ncdForms,
    version: 1,
  },
  {
    code: 'diabetes-controlled',
    name: { vi: 'Đái tháo đường đạt đường huyết mục tiêu', en: 'Diabetes at target' },
    numerator: residents(
      'đang quản lý, HbA1c (hoặc đường huyết) gần nhất đạt mục tiêu',
      'managed whose last HbA1c (or else glucose) is at target',
    ),
    denominator: residents('đái tháo đường đang được quản lý', 'with diabetes under management'),
    form: 'share',
    unit: '%',
    kind: 'stock',
    additive: true,
    source: 'QĐ 5481/QĐ-BYT 2020',
    version: 1,
  },
  {
    code: 'referrals-up',
    name: { vi: 'Chuyển tuyến trên', en: 'Referrals up' },
    numerator: {
      vi: 'phiếu chuyển lên cấp trên ký trong kỳ',
      en: 'referrals to a higher care level issued in the period',
    },
    form: 'count',
    unit: 'referrals',
    kind: 'flow',
    additive: true,
    source: 'TT 01/2025/TT-BYT',
    version: 1,
  },
  {
    code: 'referrals-arrived',
    name: { vi: 'Chuyển tuyến đã đến nơi', en: 'Referrals arrived' },
    numerator: { vi: 'trong số đó, người bệnh đã đến', en: 'of these, the patient arrived' },
    form: 'count',
    unit: 'referrals',
    kind: 'flow',
    additive: true,
    source: 'TT 14/2014/TT-BYT',
    version: 1,
  },
  {
    code: 'referrals-answered',
    name: { vi: 'Chuyển tuyến đã có trả lời', en: 'Referrals answered' },
    numerator: { vi: 'trong số đó, nơi nhận đã gửi kết quả', en: 'of these, the receiving facility sent its results' },
    form: 'count',
    unit: 'referrals',
    kind: 'flow',
    additive: true,
    source: 'TT 14/2014/TT-BYT',
    version: 1,
  },
  {
    code: 'referrals-back',
    name: { vi: 'Chuyển về tuyến dưới', en: 'Referrals back' },
    numerator: { vi: 'người bệnh được chuyển về trong kỳ', en: 'patients sent back in the period' },
    form: 'count',
    unit: 'referrals',
    kind: 'flow',
    additive: true,
    source: 'TT 14/2014/TT-BYT',
    version: 1,
  },
  {
    code: 'referral-answer-hours',
    name: { vi: 'Thời gian trả lời chuyển tuyến', en: 'Time to answer a referral' },
    numerator: { vi: 'tổng số giờ từ khi ký phiếu đến khi trả lời', en: 'hours from issue to answer, added up' },
    denominator: { vi: 'phiếu chuyển lên đã có trả lời', en: 'answered referrals up' },
    form: 'mean',
    unit: 'hours',
    kind: 'flow',
    additive: true,
    source: 'TT 14/2014/TT-BYT',
    version: 1,
  },
] as const satisfies readonly Indicator[];

export type IndicatorCode = (typeof indicators)[number]['code'];

const byCode: ReadonlyMap<string, Indicator & { readonly code: IndicatorCode }> = new Map(
  indicators.map((indicator) => [indicator.code, indicator]),
);

export function findIndicator(code: string): (Indicator & { readonly code: IndicatorCode }) | undefined {
  return byCode.get(code);
}

/** One figure of one indicator; `denominator` is null for a plain count. */
export interface Figure {
  readonly numerator: number;
  readonly denominator: number | null;
}

/** What a figure is worth in the indicator's unit; null for a share or a mean of nothing. */
export function valueOf(indicator: Indicator, figure: Figure): number | null {
  if (indicator.form === 'count') return figure.numerator;
  if (!figure.denominator) return null;
  const ratio = figure.numerator / figure.denominator;
  return indicator.form === 'share' ? ratio * 100 : ratio;
}
