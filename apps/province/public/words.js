/** Every text of the page in Vietnamese and English. */
const words = {
  title: ['Chỉ số sức khỏe của tỉnh', 'Health indicators of the province'],
  skip: ['Tới các chỉ số', 'Skip to the indicators'],
  print: ['In', 'Print'],
  logout: ['Đăng xuất', 'Log out'],
  otherLanguage: ['English', 'Tiếng Việt'],
  where: ['Địa bàn đang xem', 'Place shown'],
  everywhere: ['Toàn bộ dữ liệu', 'All data'],
  placeCode: ['Mã xã hoặc cơ sở', 'Commune or facility code'],
  go: ['Xem', 'Show'],
  period: ['Kỳ', 'Period'],
  earlier: ['Kỳ trước', 'Earlier period'],
  later: ['Kỳ sau', 'Later period'],
  month: ['Tháng', 'Month'],
  quarter: ['Quý', 'Quarter'],
  year: ['Năm', 'Year'],
  all: ['Tất cả', 'All time'],
  indicators: ['Chỉ số', 'Indicators'],
  privacy: [
    'Chỉ hiện số đếm; không có tên, số định danh hay hồ sơ của người bệnh.',
    'Counts only: no names, identity numbers or records of patients.',
  ],
  connecting: ['Đang kết nối…', 'Connecting…'],
  live: ['Trực tiếp', 'Live'],
  lost: ['Mất kết nối, đang nối lại…', 'Connection lost, reconnecting…'],
  delay: ['trễ', 'delay'],
  target: ['Mục tiêu 2030', 'Target for 2030'],
  met: ['đạt', 'met'],
  notMet: ['chưa đạt', 'not met'],
  of: ['trên', 'of'],
  noValue: ['chưa có', 'none yet'],
  source: ['Theo', 'By'],
  visitsOverTime: ['Lượt khám theo thời gian', 'Visits over time'],
  insuredOverTime: ['Tỷ lệ lượt khám có BHYT', 'Share of visits insured'],
  hypertensionSteps: ['Tăng huyết áp: từ phát hiện đến đạt mục tiêu', 'Hypertension: from found to at target'],
  diabetesSteps: ['Đái tháo đường: từ phát hiện đến đạt mục tiêu', 'Diabetes: from found to at target'],
  found: ['Đã phát hiện', 'Ever found'],
  managed: ['Đang quản lý', 'Under management'],
  controlled: ['Đạt mục tiêu', 'At target'],
  newInPeriod: ['mới trong kỳ', 'new in the period'],
  referralSteps: ['Chuyển tuyến', 'Referrals'],
  up: ['Chuyển lên', 'Sent up'],
  arrived: ['Đã đến', 'Arrived'],
  answered: ['Đã trả lời', 'Answered'],
  back: ['Chuyển về', 'Sent back'],
  hoursToAnswer: ['giờ đến khi trả lời, trung bình', 'hours to the answer on average'],
  diagnoses: ['Chẩn đoán chính hay gặp', 'Most frequent main diagnoses'],
  byPlace: ['So sánh địa bàn', 'Places compared'],
  byCommune: ['Theo xã', 'By commune'],
  byFacility: ['Theo cơ sở', 'By facility'],
  place: ['Địa bàn', 'Place'],
  insuredShort: ['Có BHYT', 'Insured'],
  managedShort: ['Được quản lý SK', 'Health-managed'],
  controlledShort: ['HA đạt mục tiêu', 'BP at target'],
  visitsShort: ['Lượt khám', 'Visits'],
  drillHint: ['Chọn một dòng để xem riêng.', 'Choose a row to see it alone.'],
  numbers: ['Bảng số liệu', 'Table of numbers'],
  count: ['Số lượng', 'Count'],
  share: ['Tỷ lệ', 'Share'],
  time: ['Thời gian', 'Time'],
  nothing: ['Chưa có số liệu trong kỳ này.', 'Nothing in this period yet.'],
  reconciliation: ['Đối chiếu với nhật ký', 'Reconciliation with the log'],
  reconcileHint: [
    'Đếm lại từ đầu nhật ký sự kiện, độc lập với số đang hiển thị.',
    'Counts again from the beginning of the event log, independently of the figures shown.',
  ],
  recountNow: ['Đếm lại', 'Count again'],
  counting: ['Đang đếm…', 'Counting…'],
  same: ['Khớp: mọi chỉ số bằng nhau', 'All indicators are equal'],
  differs: ['Có chênh lệch', 'There are differences'],
  indicator: ['Chỉ số', 'Indicator'],
  shown: ['Đang hiển thị', 'Shown'],
  recounted: ['Đếm lại', 'Recounted'],
  difference: ['Chênh lệch', 'Difference'],
  atPosition: ['tại vị trí', 'at position'],
  failed: ['Không tải được số liệu.', 'The figures cannot be loaded.'],
};

const units = {
  visits: ['lượt', 'visits'],
  residents: ['người', 'people'],
  referrals: ['phiếu', 'referrals'],
  '%': ['%', '%'],
  hours: ['giờ', 'hours'],
};

const kept = 'lien-tuyen-language';
let language = localStorage.getItem(kept) === 'en' ? 'en' : 'vi';

export const currentLanguage = () => language;

export function changeLanguage() {
  language = language === 'vi' ? 'en' : 'vi';
  localStorage.setItem(kept, language);
}

const chosen = (pair) => pair[language === 'vi' ? 0 : 1];

export const word = (key) => chosen(words[key]);

export const unitWord = (unit) => chosen(units[unit] ?? [unit, unit]);

/** Of `{ vi, en }`. */
export const said = (text) => text[language];

/** Puts the words into the fixed parts of the page. */
export function translatePage() {
  document.documentElement.lang = language;
  document.title = `Liên Tuyến · ${word('title')}`;
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word);
  for (const node of document.querySelectorAll('[data-word-label]')) {
    node.setAttribute('aria-label', word(node.dataset.wordLabel));
  }
}
