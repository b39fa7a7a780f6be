import type { LocalDate } from '#domain/dates.js';
import type { ElementContent } from '../writing/write-health-record.js';
import type { SeededRandom } from './random.js';
import type { Resident, ScriptedVisit } from './script.js';

const slashed = (day: string): string => `${day.slice(8, 10)}/${day.slice(5, 7)}/${day.slice(0, 4)}`;
const birthOf = (birth: string): string => `${birth.slice(6, 8)}/${birth.slice(4, 6)}/${birth.slice(0, 4)}`;

/** The QĐ 831 record that a station keeps of a resident, with the given visits to it. */
export function healthRecordOf(
  random: SeededRandom,
  resident: Resident,
  visits: readonly ScriptedVisit[],
  sentOn: LocalDate,
): ElementContent {
  const { station } = resident;
  return {
    HEADER: {
      MESSAGE_VERSION: '1.0',
      SENDER_CODE: station.code,
      SENDER_NAME: station.name,
      TRANSACTION_DATE: slashed(sentOn),
      REQUEST_ID: `${station.code}-${resident.number}-1`,
      ACTION_TYPE: '0',
    },
    BODY: {
      HOSOSUCKHOE: {
        THONGTINCHUNG: {
          MADINHDANH: resident.nationalId ?? '',
          MABHXH: resident.insuranceNumber,
          MATHE: resident.cardGroup === undefined ? '' : `${resident.cardGroup}08${resident.insuranceNumber}`,
          HOTEN: resident.name,
          GIOITINH: resident.sex === 'male' ? '1' : '2',
          NGAYSINH: birthOf(resident.birth),
          MADANTOC: resident.ethnicGroup,
          MAQUOCTICH: '000',
          DIACHI_THUONGTRU: `${resident.village}, ${station.area}`,
          MATINH_THUONGTRU: '08',
          MAHUYEN_THUONGTRU: station.district ?? '',
          MAXA_THUONGTRU: station.commune,
          DIENTHOAI_DD: resident.phone,
        },
        TIENSU: {
          YEUTO_SUCKHOE: { DSYEUTO: riskFactors(random) },
          TIEUSU_BENHTAT: {
            DIUNG: {},
            BENHTAT: {
              DSBENH: resident.chronic.map((disease) => ({
                LOAIBENH: disease.historyCode ?? '15',
                TENBENH: disease.name,
                TRANGTHAI: '1',
              })),
            },
          },
        },
        TIEMCHUNG: {},
        DANHSACHHOSOKHAMCHUABENH: { HOSOKHAMCHUABENH: visits.map((visit) => visitOf(random, visit)) },
      },
    },
    SECURITY: { SIGNATURE: '' },
  };
}

const riskFactors = (random: SeededRandom): readonly ElementContent[] =>
  ['Hút thuốc lá', 'Rượu bia', 'Ma túy', 'Hoạt động thể lực'].map((name, index) => ({
    LOAI: String(index + 1),
    TENLOAI: name,
    TRANGTHAI: index === 2 ? '0' : random.pick(['0', '1', '2']),
    DABO: index === 3 ? '' : '0',
  }));

function visitOf(random: SeededRandom, visit: ScriptedVisit): ElementContent {
  return {
    MA_LK: visit.episode,
    NGAYKHAM: slashed(visit.day),
    LYDOKHAM: visit.diagnoses[0]?.name ?? '',
    MACH: String(visit.pulse),
    NHIETDO: '36.8',
    HUYETAPTT: String(visit.systolic),
    HUYETAPTD: String(visit.diastolic),
    NHIPTHO: '18',
    CHIEUCAO: String(random.int(146, 172)),
    CANNANG: String(visit.weight),
    VONGBUNG: String(random.int(66, 98)),
    CHANDOANKETLUAN: {
      CHANDOANBENH: visit.diagnoses.map((disease) => ({ MABENH: disease.code, TENBENH: disease.name })),
    },
  };
}
