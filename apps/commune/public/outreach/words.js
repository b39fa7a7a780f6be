/** Every text of the page: Vietnamese, English. */
export const words = {
  title: ['Nhập bảng khám sàng lọc', 'Screening day sheets'],
  'log-out': ['Đăng xuất', 'Log out'],
  skip: ['Đến phần chọn tệp', 'Skip to choosing a file'],
  me: ['Cơ sở {0}', 'Facility {0}'],
  'template-title': ['1. Lấy mẫu', '1. Get the template'],
  'template-text': [
    'Mẫu mở được bằng Excel. Điền mỗi người một dòng, rồi lưu với loại tệp “CSV UTF-8”.',
    'The template opens in Excel. One line for each person; save it as “CSV UTF-8”.',
  ],
  'template-link': ['Tải mẫu trống', 'Download the empty template'],
  'example-link': ['Tải ví dụ (dữ liệu giả lập)', 'Download an example (synthetic)'],
  'choose-title': ['2. Kiểm tra bảng', '2. Check a sheet'],
  file: ['Chọn tệp CSV, hoặc kéo thả vào đây', 'Choose a CSV file, or drop it here'],
  'paste-open': ['Hoặc dán từ bảng tính', 'Or paste from a spreadsheet'],
  paste: ['Dán cả dòng tiêu đề và các dòng dữ liệu', 'Paste the headings and the rows'],
  'check-paste': ['Kiểm tra phần đã dán', 'Check what was pasted'],
  pasted: ['Phần đã dán', 'What was pasted'],
  chosen: ['Đang xem: {0}', 'Looking at: {0}'],
  checking: ['Đang kiểm tra …', 'Checking …'],
  'result-title': ['Kết quả kiểm tra (chưa ghi gì)', 'Result of the check (nothing is recorded yet)'],
  rows: ['Số dòng', 'Rows'],
  recorded: ['Ghi mới', 'New'],
  amended: ['Sửa phiếu đã có', 'Corrections'],
  unchanged: ['Không có gì mới', 'Nothing new'],
  refused: ['Không nhận', 'Not taken'],
  'residents-new': ['Người chưa có hồ sơ', 'Persons without a record'],
  'residents-known': ['Người đã có hồ sơ', 'Persons with a record'],
  duplicates: ['Dòng trùng trong bảng', 'Rows repeated in the sheet'],
  errors: ['Lỗi', 'Errors'],
  warnings: ['Cảnh báo', 'Warnings'],
  'no-faults': ['Không có lỗi nào. Có thể nhận chính thức.', 'No faults. It can be handed in.'],
  'some-refused': [
    '{0} dòng có lỗi sẽ không được nhận; các dòng khác vẫn nhận được. Sửa trong bảng tính rồi kiểm tra lại, hoặc nhận phần còn lại trước và gửi lại bảng đã sửa sau.',
    '{0} rows with errors will not be taken; the others can be. Correct them in the spreadsheet and check again, or hand in the rest now and the corrected sheet later.',
  ],
  'none-taken': [
    'Không dòng nào nhận được. Hãy sửa bảng rồi kiểm tra lại.',
    'No row can be taken. Correct the sheet and check again.',
  ],
  take: ['Nhận chính thức', 'Hand in for good'],
  'fault-list': ['Tải danh sách lỗi (CSV)', 'Download the faults (CSV)'],
  'faults-caption': ['Các dòng có lỗi hoặc cảnh báo', 'Rows with faults or warnings'],
  'faults-more': [
    'Còn {0} dòng nữa; xem trong danh sách lỗi tải về.',
    '{0} more rows; see the list of faults to download.',
  ],
  'row-column': ['Dòng', 'Row'],
  'what-column': ['Cần xem', 'To look at'],
  error: ['Lỗi', 'Error'],
  warning: ['Cảnh báo', 'Warning'],
  information: ['Lưu ý', 'Note'],
  'sheet-faults': ['Về cả bảng', 'About the sheet'],
  'run-title': ['3. Nhận chính thức', '3. Hand in'],
  'run-running': ['Đang nhận …', 'Taking …'],
  'run-done': ['Đã nhận xong.', 'Done.'],
  'run-done-refused': ['Không nhận được dòng nào. Lý do ở dưới.', 'Nothing could be taken. The reasons are below.'],
  'run-interrupted': [
    'Bị gián đoạn. Dữ liệu đã được giữ lại; bấm “Nhận chính thức” lần nữa để nhận tiếp (không bị tính hai lần).',
    'Interrupted. The sheet is kept; press “Hand in for good” again to go on (nothing is counted twice).',
  ],
  'run-count': ['{0} / {1} dòng', '{0} of {1} rows'],
  'run-goes-on': [
    'Có thể đóng trang này: việc nhận vẫn tiếp tục, mở lại trang sẽ thấy tiếp.',
    'This page may be closed: the work goes on, and the page shows it again when it is opened.',
  ],
  'receipt-title': ['Biên nhận {0}', 'Receipt {0}'],
  'receipt-faults': ['Các dòng có lỗi hoặc cảnh báo trong biên nhận', 'Rows of the receipt with faults or warnings'],
  'receipt-link': ['Xem biên nhận đầy đủ', 'See the whole receipt'],
  'original-link': ['Tải lại bảng đã gửi', 'Download the sheet as it was sent'],
  'problem-line': [
    'Không kết nối được máy chủ. Chưa ghi gì thêm; hãy thử lại.',
    'The server cannot be reached. Nothing more was recorded; please try again.',
  ],
  'problem-other': ['Không thực hiện được (lỗi {0}).', 'This could not be done (error {0}).'],
};

const stored = 'lien-tuyen-language';
let language = localStorage.getItem(stored) === 'en' ? 'en' : 'vi';

export function currentLanguage() {
  return language;
}

export function setLanguage(next) {
  language = next;
  localStorage.setItem(stored, next);
}

/** The text of a key in the language of the page, `{0}` … filled in. */
export function t(key, ...values) {
  const text = words[key]?.[language === 'vi' ? 0 : 1] ?? key;
  return text.replaceAll(/\{(\d)\}/g, (_, index) => String(values[index] ?? ''));
}
