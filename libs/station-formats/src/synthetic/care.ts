/** What the synthetic stations treat, with what and for how much. Codes are real ones, quantities and prices invented. */
export interface Drug {
  readonly code: string;
  readonly name: string;
  readonly strength: string;
  readonly unit: string;
  readonly quantity: number;
  /** dong */
  readonly price: number;
}

const paracetamol: Drug = {
  code: '40.1',
  name: 'Paracetamol 500mg',
  strength: '500mg',
  unit: 'viên',
  quantity: 10,
  price: 300,
};
const amoxicillin: Drug = {
  code: '40.154',
  name: 'Amoxicilin 500mg',
  strength: '500mg',
  unit: 'viên',
  quantity: 14,
  price: 900,
};
const amlodipine: Drug = {
  code: '40.30.501',
  name: 'Amlodipin 5mg',
  strength: '5mg',
  unit: 'viên',
  quantity: 30,
  price: 500,
};
const losartan: Drug = {
  code: '40.493',
  name: 'Losartan 50mg',
  strength: '50mg',
  unit: 'viên',
  quantity: 30,
  price: 620,
};
const metformin: Drug = {
  code: '40.805',
  name: 'Metformin 500mg',
  strength: '500mg',
  unit: 'viên',
  quantity: 60,
  price: 400,
};
const salbutamol: Drug = {
  code: '40.980',
  name: 'Salbutamol 100mcg',
  strength: '100mcg',
  unit: 'bình xịt',
  quantity: 1,
  price: 52_000,
};

export interface Disease {
  readonly code: string;
  readonly name: string;
  readonly drugs: readonly Drug[];
  /** LOAIBENH of the QĐ 831 history, for a chronic one. */
  readonly historyCode?: string;
}

export const hypertension: Disease = {
  code: 'I10',
  name: 'Tăng huyết áp vô căn',
  drugs: [amlodipine, losartan],
  historyCode: '2',
};
export const diabetes: Disease = {
  code: 'E11.9',
  name: 'Đái tháo đường không phụ thuộc insulin',
  drugs: [metformin],
  historyCode: '3',
};
export const copd: Disease = {
  code: 'J44.9',
  name: 'Bệnh phổi tắc nghẽn mạn tính',
  drugs: [salbutamol],
  historyCode: '5',
};

const acute = (code: string, name: string): Disease => ({ code, name, drugs: [paracetamol, amoxicillin] });

export const acuteDiseases: readonly Disease[] = [
  acute('A09', 'Tiêu chảy nhiễm khuẩn'),
  acute('A90', 'Sốt xuất huyết Dengue'),
  acute('B01.9', 'Thủy đậu'),
  acute('J06.9', 'Nhiễm khuẩn hô hấp trên cấp'),
  acute('K29.7', 'Viêm dạ dày'),
  acute('L30.9', 'Viêm da'),
  acute('M54.5', 'Đau lưng dưới'),
  acute('S61.9', 'Vết thương bàn tay'),
];

export interface Service {
  readonly code: string;
  readonly name: string;
  readonly group: string;
  readonly price: number;
}

export const consultation: Service = { code: '02.1895', name: 'Khám bệnh', group: '13', price: 36_500 };
export const glucoseTest: Service = {
  code: '23.0075.1494',
  name: 'Định lượng Glucose [Máu]',
  group: '1',
  price: 15_600,
};
