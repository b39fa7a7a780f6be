/** Code lists of the ministry and of this project that have no official URI (`urn:lien-tuyen:codesystem:`). */
import { indicators } from '#domain/indicators/indicator.js';
import { screeningProgrammes } from '../encounters/encounter.js';
import { examinedOrgans, noteKinds } from '../encounters/notes.js';
import { careLevels, facilityKinds } from '../facilities/organization.js';
import { programmeNames } from '../programmes/episode-of-care.js';
import { referralStatuses } from '../referrals/referral-content.js';
import { referralAnswers, transferDirections } from '../referrals/referral.js';
import { riskFactors, riskFactorStatuses } from '../residents/history.js';
import { historyStatements, statementCode } from '../residents/history-observations.js';
import { codeSystems } from '../systems.js';
import { readTable } from '../tables.js';
import { byCode, type Concept, once, type ShippedCodeSystem } from './code-system.js';

type Key = keyof typeof codeSystems;

/** Codes of a list of the ministry, from a table. */
const fromTable =
  (file: string, list?: string): (() => readonly Concept[]) =>
  () =>
    readTable(file)
      .filter((row) => list === undefined || row['list'] === list)
      .map((row): Concept => {
        const en = row['meaning_en'] ?? row['en'] ?? '';
        const vi = row['meaning_vi'] ?? row['display_vi'] ?? row['vi'] ?? '';
        return { code: row['code'] ?? '', vi, ...(en !== '' && { en }) };
      });

const fromNames =
  (names: Readonly<Record<string, string>>): (() => readonly Concept[]) =>
  () =>
    Object.entries(names).map(([code, vi]) => ({ code, vi }));

function noteConcepts(): readonly Concept[] {
  const kinds = Object.entries(noteKinds).map(([code, { vi }]) => ({ code, vi }));
  const organs = Object.entries(examinedOrgans).map(([topic, { vi }]) => ({
    code: `examination.${topic}`,
    vi: `${noteKinds.examination.vi}: ${vi}`,
    parent: 'examination',
  }));
  return [...kinds, ...organs];
}

const lists: readonly (readonly [system: Key, title: string, concepts: () => readonly Concept[], complete?: false])[] =
  [
    ['careType', 'Mã loại khám bệnh, chữa bệnh (type of care, QĐ 824, QĐ 1804)', fromTable('care-types.tsv')],
    [
      'payerCategory',
      'Mã đối tượng đến khám bệnh, chữa bệnh (payer category, QĐ 3276)',
      fromTable('code-lists.tsv', 'payer-category'),
    ],
    ['dischargeType', 'Mã loại ra viện (type of discharge, QĐ 4750)', fromTable('outcome-codes.tsv', 'MA_LOAI_RV')],
    [
      'treatmentResult',
      'Kết quả điều trị (result of treatment, QĐ 4750)',
      fromTable('outcome-codes.tsv', 'KET_QUA_DTRI'),
    ],
    [
      'transferReason',
      'Lý do chuyển tuyến (reason of transfer, QĐ 4750)',
      fromTable('outcome-codes.tsv', 'MA_LYDO_CT'),
    ],
    ['transferDirection', 'Hướng chuyển tuyến (direction of transfer)', fromNames(transferDirections)],
    ['ethnicGroup', 'Mã dân tộc (ethnic group)', fromTable('ethnic-groups.tsv')],
    [
      'historyDisease',
      'Bệnh tật trong tiền sử (diseases of the history, QĐ 831)',
      fromTable('code-lists.tsv', 'history-disease'),
    ],
    ['historyDisability', 'Khuyết tật (disabilities, QĐ 831)', fromTable('code-lists.tsv', 'history-disability')],
    ['historyAllergy', 'Dị ứng (allergies, QĐ 831)', fromTable('code-lists.tsv', 'history-allergy')],
    ['riskFactor', 'Yếu tố nguy cơ (risk factors, QĐ 831)', fromNames(riskFactors)],
    ['riskFactorStatus', 'Tình trạng yếu tố nguy cơ (status of a risk factor, QĐ 831)', fromNames(riskFactorStatuses)],
    [
      'healthHistory',
      'Tiền sử (statements of the history, QĐ 831)',
      () =>
        historyStatements.map((statement) => ({ code: statementCode(statement), vi: statement.vi, en: statement.en })),
    ],
    ['programme', 'Chương trình quản lý bệnh (programmes)', fromNames(programmeNames)],
    ['screeningProgramme', 'Chương trình khám sàng lọc (screening programmes)', fromNames(screeningProgrammes)],
    [
      'referralState',
      'Trạng thái chuyển tuyến (states of a referral)',
      () => Object.entries(referralStatuses).map(([code, { vi }]) => ({ code, vi })),
    ],
    ['referralAnswer', 'Nội dung phản hồi chuyển tuyến (what a referral is answered with)', fromNames(referralAnswers)],
    // Stations name topics of their own.
    ['noteKind', 'Loại ghi chép lâm sàng (kinds of clinical notes)', noteConcepts, false],
    [
      'observationMethod',
      'Cách có số liệu (how a value was come by)',
      () => [{ code: 'read-from-note', vi: 'Đọc từ ghi chép lâm sàng', en: 'Read from a clinical note' }],
    ],
    ['facilityKind', 'Loại cơ sở (kinds of facilities)', fromNames(facilityKinds)],
    ['careLevel', 'Cấp chuyên môn kỹ thuật (care levels)', fromNames(careLevels)],
    [
      'indicator',
      'Chỉ số thống kê (indicators)',
      () => indicators.map(({ code, name: { vi, en } }) => ({ code, vi, en })),
    ],
  ];

export const ownCodeSystems: readonly ShippedCodeSystem[] = lists.map(([key, title, concepts, complete = true]) => {
  const url = codeSystems[key];
  return {
    id: url.slice(url.lastIndexOf(':') + 1),
    url,
    name: `LienTuyen${key.charAt(0).toUpperCase()}${key.slice(1)}`,
    title,
    version: '1',
    language: 'vi',
    complete,
    ...(!complete && { mayBe: (code: string) => /^examination\.\S{1,60}$/.test(code) }),
    concepts: once(() => byCode(concepts())),
  };
});
