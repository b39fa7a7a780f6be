/** Why nothing goes out at the moment, in words for the station. They hold nothing of a message and no token. */
import type { Bilingual } from '#domain/bilingual.js';

export interface Trouble {
  readonly code: string;
  readonly text: Bilingual;
}

export const noConnection = (code: string): Trouble => ({
  code: 'no-connection',
  text: {
    vi: `Không kết nối được với máy chủ (${code}). Kiểm tra mạng; tệp vẫn được giữ và sẽ tự gửi lại.`,
    en: `The server cannot be reached (${code}). Check the network; the files are kept and will be sent again.`,
  },
});

export const silence: Trouble = {
  code: 'silence',
  text: {
    vi: 'Đường truyền im lặng quá lâu. Tệp vẫn được giữ và sẽ tự gửi lại.',
    en: 'The line was silent for too long. The files are kept and will be sent again.',
  },
};

export const tooSlow: Trouble = {
  code: 'too-slow',
  text: {
    vi: 'Đường truyền quá chậm nên máy chủ đã ngắt. Sẽ tự gửi lại; nếu lặp lại mãi, hãy bật nén (--gzip) hoặc xuất tệp nhỏ hơn.',
    en: 'The line was too slow and the server gave up. It will be tried again; if it goes on so, use --gzip or export smaller files.',
  },
};

export const lineCut: Trouble = {
  code: 'line-cut',
  text: {
    vi: 'Đường truyền đứt khi đang gửi. Tệp vẫn được giữ và sẽ tự gửi lại.',
    en: 'The line broke while a file was on its way. The files are kept and will be sent again.',
  },
};

export const busy: Trouble = {
  code: 'busy',
  text: { vi: 'Máy chủ đang bận và hẹn gửi lại sau.', en: 'The server is busy and asked to come back later.' },
};

export const serverFailed = (status: number): Trouble => ({
  code: 'server-failed',
  text: {
    vi: `Máy chủ gặp sự cố (mã ${status}). Sẽ tự gửi lại.`,
    en: `The server failed (${status}). It will be tried again.`,
  },
});

export const notOurServer = (status: number): Trouble => ({
  code: 'not-our-server',
  text: {
    vi: `Nơi trả lời không phải máy chủ Liên Tuyến (mã ${status}). Kiểm tra địa chỉ máy chủ, proxy, hoặc trang đăng nhập mạng.`,
    en: `What answered is not a Liên Tuyến server (${status}). Check the server's address, the proxy, or the network's login page.`,
  },
});

export const tokenRefused: Trouble = {
  code: 'token-refused',
  text: {
    vi: 'Máy chủ không chấp nhận mã truy cập (sai hoặc hết hạn). Hãy xin mã mới và lưu vào tệp mã; chương trình sẽ tự gửi tiếp.',
    en: 'The server does not accept the token (wrong or expired). Get a new one and save it in the token file; sending goes on by itself.',
  },
};

export const notPermitted: Trouble = {
  code: 'not-permitted',
  text: {
    vi: 'Mã truy cập này không được phép gửi dữ liệu. Hãy xin mã của trạm và lưu vào tệp mã; chương trình sẽ tự gửi tiếp.',
    en: 'This token may not send messages. Get a token of the station and save it in the token file; sending goes on by itself.',
  },
};

export const noToken = (file: string): Trouble => ({
  code: 'no-token',
  text: {
    vi: `Chưa có mã truy cập trong tệp ${file}. Hãy lưu mã vào đó; chương trình sẽ tự gửi.`,
    en: `There is no token in the file ${file}. Save it there; sending begins by itself.`,
  },
});

/** An error of the disk or of SQLite, in words. Names of files are left out: they may name a patient. */
export function storageTrouble(error: unknown): Trouble {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  // SQLITE_FULL
  if (code === 'ENOSPC' || code === 'EDQUOT' || errcode === 13) return diskFull;
  if (code === 'EBUSY' || code === 'EPERM' || code === 'EACCES') return inUse;
  if (code === 'ENOENT' || code === 'ENOTDIR') return folderGone;
  const name = typeof code === 'string' ? code : 'unknown';
  const detail = typeof errcode === 'number' ? `${name} ${errcode}` : name;
  return {
    code: 'storage',
    text: {
      vi: `Lỗi đọc/ghi đĩa (${detail}). Sẽ tự thử lại.`,
      en: `Error of the disk (${detail}). It will be tried again.`,
    },
  };
}

const diskFull: Trouble = {
  code: 'disk-full',
  text: {
    vi: 'Đĩa đầy. Hãy xóa bớt dữ liệu không cần; không tệp nào bị mất và chương trình sẽ tự làm tiếp.',
    en: 'The disk is full. Make room; no file is lost and work goes on by itself.',
  },
};

export const inUse: Trouble = {
  code: 'in-use',
  text: {
    vi: 'Có tệp đang được chương trình khác mở, hoặc không có quyền đọc/ghi. Sẽ tự thử lại.',
    en: 'A file is open in another program, or may not be read or written. It will be tried again.',
  },
};

const folderGone: Trouble = {
  code: 'folder-gone',
  text: {
    vi: 'Không tìm thấy thư mục hoặc tệp cần dùng. Kiểm tra ổ đĩa; sẽ tự thử lại.',
    en: 'The folder or a file that is needed is not there. Check the drive; it will be tried again.',
  },
};
