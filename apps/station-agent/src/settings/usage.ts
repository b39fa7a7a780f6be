export const usage = `npm run -s station-agent -- --folder DIR --server URL --token-file FILE [--once] [--save]
npm run -s station-agent -- retry --folder DIR [NAME…]

  --folder DIR        thư mục phần mềm trạm xuất tệp .xml, .json vào / folder that station software exports to
  --server URL        địa chỉ máy chủ Liên Tuyến / address of the server
  --token-file FILE   tệp chứa mã truy cập của trạm; đổi mã thì chỉ cần lưu đè / file with the station's token; read again when it changes
  --once              gửi hết rồi thoát: 0 đã nhận hết, 1 còn tệp chưa gửi được hoặc bị từ chối / send all and end: 0 all taken, 1 not all
  --save              nhớ các tham số này cho thư mục; lần sau chỉ cần --folder / remember these for the folder; then --folder is enough
  --page PORT|off     cổng của trang theo dõi trên máy này (7410) / port of the page on this machine
  --gzip              nén khi gửi, cho đường truyền chậm / compress what is sent, for a slow line
  --still SECONDS     tệp phải đứng yên bao lâu mới gửi (2) / how long a file must stand still before it is taken
  --cut-off SECONDS   tệp trông như dở dang thì chờ bao lâu (120) / the same for a file that looks cut off
  --silence SECONDS   đường truyền im lặng bao lâu thì bỏ, gửi lại (120) / a line silent for so long is given up
  --plain-http        cho phép http:// tới máy khác (mạng riêng, VPN) / allow http:// to another machine
  retry [NAME…]       gửi lại tệp trong refused/ (không ghi tên: tất cả) / send refused files again (no name: all)

Cũng đặt được bằng biến môi trường hoặc .env / also by environment or .env: STATION_AGENT_FOLDER, STATION_AGENT_TOKEN_FILE …
Kết quả / results: sent/ (đã nhận / taken), refused/ (không nhận, lý do trong .reason.txt / not taken, with the reason)`;
