import type { Bilingual } from '#domain/bilingual.js';

/** The suites of one port, or of one kind of fault, and what they have to show. */
export interface GuaranteeSection {
  /** `en` is how the titles of its suites begin: `event store contract: embedded SQLite`. */
  readonly title: Bilingual;
  /** Under dist/. */
  readonly suites: readonly string[];
  /** Every engine has to show every guarantee; elsewhere an engine shows what concerns it. */
  readonly ofEveryEngine: boolean;
  /** `en` is the title, of a test or of a group, that stands directly below the suite's. */
  readonly guarantees: readonly Bilingual[];
}

const eventStore = 'libs/event-store/test';
const messaging = 'libs/messaging/test';
const projections = 'libs/projections/test';

export const guaranteeSections: readonly GuaranteeSection[] = [
  {
    title: { vi: 'Kho sự kiện', en: 'event store contract' },
    suites: [
      `${eventStore}/embedded-event-store.int-spec.js`,
      `${eventStore}/eventstoredb-contract.int-spec.js`,
      `${eventStore}/eventstoredb-contract-faults.int-spec.js`,
    ],
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Ghi đúng phiên bản mong đợi, nếu không thì bị từ chối và nêu cả hai phiên bản; mọi phần của sự kiện được giữ',
        en: 'an append meets the revision it expects or is refused naming both, and keeps every part of an event',
      },
      {
        vi: 'Ghi lại cùng sự kiện không thay đổi gì và nhận kết quả lần đầu; cùng mã mà khác nội dung thì bị từ chối',
        en: 'the same event again changes nothing and gives the first result; with other content it is refused',
      },
      {
        vi: 'Nhiều lần ghi tranh nhau thì một lần thắng; phiên bản và vị trí không hụt, không trùng',
        en: 'of appends that race one wins, and revisions and positions have no gap and no repeat',
      },
      {
        vi: 'Luồng sự kiện đọc được xuôi và ngược, thấy ngay điều vừa được xác nhận',
        en: 'a stream is read forwards and backwards, an append as soon as it is acknowledged',
      },
      {
        vi: 'Nhật ký đọc được từ bất kỳ vị trí nào, đúng thứ tự, mỗi sự kiện một lần, lọc theo loại',
        en: 'the log is read from any position, in order, once, filtered by category and type',
      },
      {
        vi: 'Theo dõi trực tiếp: bắt kịp rồi đi tiếp không hụt, không lặp, theo nhịp của bên đọc',
        en: 'a subscription catches up and goes on live without a gap or a repeat, at the pace of its reader',
      },
      {
        vi: 'Điều đã xác nhận thì còn mãi; chưa chắc chắn trên đĩa thì không ai đọc được',
        en: 'what is acknowledged is kept, and nothing is readable before it is',
      },
      {
        vi: 'Đóng lại thì kết thúc êm, và từ chối những gì đến sau',
        en: 'closing ends subscriptions in order and refuses what comes afterwards',
      },
    ],
  },
  {
    title: { vi: 'Kho sự kiện khi tiến trình bị giết', en: 'event store in a process that is killed' },
    suites: [`${eventStore}/crash/embedded-crash.int-spec.js`],
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Mọi lần ghi đã xác nhận còn đủ, nguyên vẹn, một lần, đúng thứ tự sau 50 lần giết trên cùng một tệp',
        en: 'has every acknowledged append, whole, once and in order, after 50 kills on the same file',
      },
    ],
  },
  {
    title: { vi: 'Kho sự kiện qua đường truyền', en: 'event store behind a line' },
    suites: ['appends', 'subscriptions', 'connection'].map((part) => `${eventStore}/eventstoredb-${part}.int-spec.js`),
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Sự kiện gửi lại được nhận ra theo mã và nội dung, kể cả khi máy chủ không còn nhớ',
        en: 'an event sent again is known by its id and content, where the server itself no longer knows it',
      },
      {
        vi: 'Lần ghi mất câu trả lời được hỏi lại và chỉ ghi một lần',
        en: 'an append whose answer is lost is asked for again and written once',
      },
      {
        vi: 'Luồng bị xóa hoặc dọn bớt trên máy chủ được đọc và nối tiếp theo quy tắc của máy chủ',
        en: 'streams that were deleted or thinned out on the server are read and continued by its rules',
      },
      {
        vi: 'Điều máy chủ chắc chắn từ chối thì bị từ chối trước khi gửi, hoặc không thử lại',
        en: 'what the server would refuse for good is refused before it is sent, or not tried again',
      },
      {
        vi: 'Vị trí chỉ thuộc về sự kiện của hệ thống, tăng dần, không liền nhau',
        en: 'positions are of our events alone, ordered and never dense',
      },
      {
        vi: 'Theo dõi sống sót khi đường truyền đứt, treo hay kết thúc, và giữ mốc của phần bỏ qua',
        en: 'a subscription survives lines that break, hang or end, and keeps checkpoints of what it skips',
      },
      {
        vi: 'Lần đọc bị đứt được đọc lại, hoặc dừng với lý do',
        en: 'a read that breaks is made again, or given up with a reason',
      },
      {
        vi: 'Theo nút dẫn đầu của cụm khi nút cũ thôi dẫn đầu',
        en: 'follows the leader of a cluster, which a server that no longer leads names',
      },
      {
        vi: 'Tình trạng đường truyền hiện ở trang sức khỏe, và không lộ gì thêm',
        en: 'shows itself to health pages: state, version, kind of the last fault, and no more',
      },
      { vi: 'Không mở khi không máy chủ nào trả lời', en: 'does not open where no server answers' },
      {
        vi: 'Chứng thư, tên và mật khẩu lấy từ chuỗi kết nối, và không nêu ra khi bị từ chối',
        en: 'takes certificate, user and password from the connection string, and names none of them when refused',
      },
    ],
  },
  {
    title: { vi: 'Góc nhìn', en: 'view host contract' },
    suites: [`${projections}/embedded-view-host.int-spec.js`, `${projections}/postgres-view-host.int-spec.js`],
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Áp dụng mọi sự kiện đã có và sẽ đến, một lần, đúng thứ tự',
        en: 'applies what is in the log already and what comes later, once and in order',
      },
      { vi: 'Cho thấy từng lần ghi và báo cho bên chờ', en: 'shows each append, and tells its listeners' },
      {
        vi: 'Đi qua sự kiện không đọc, và không chờ lâu hơn được yêu cầu',
        en: 'moves past events it does not read, and waits no longer than asked',
      },
      { vi: 'Khởi động lại thì đi tiếp từ mốc', en: 'goes on from its checkpoint after a restart' },
      {
        vi: 'Sự kiện không áp dụng được bị để riêng với lý do, không lộ dữ liệu cá nhân, phần còn lại đi tiếp',
        en: 'sets aside what cannot be applied, without what it says of a person, and applies the rest',
      },
      {
        vi: 'Phục vụ góc nhìn đang chạy trong khi dựng góc nhìn khác, và báo tiến độ thật',
        en: 'serves the live views while another is being built, and says truly how far that is',
      },
      {
        vi: 'Từ chối bảng đã đổi mà không đổi phiên bản, góc nhìn thêm hai lần, mô-đun không có phép chiếu',
        en: 'refuses a changed schema under the same version, the same view twice, and a module without a projection',
      },
      {
        vi: 'Góc nhìn của một nhật ký khác được dựng lại từ đầu',
        en: 'builds a view anew when it was built from another log',
      },
      { vi: 'Nói rõ khi đã đóng', en: 'says so when it has been closed' },
    ],
  },
  {
    title: { vi: 'Dựng lại góc nhìn', en: 'rebuilding views' },
    suites: [`${projections}/embedded-view-host.int-spec.js`, `${projections}/postgres-view-host.int-spec.js`],
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Cho cùng các hàng, kể cả những gì để riêng, và chỉ để lại một thế hệ',
        en: 'gives the same rows, those set aside too, and leaves one generation behind',
      },
      {
        vi: 'Người đọc và người ghi không nhận ra; tiến độ là thật',
        en: 'is not noticed by those who read and write meanwhile; its progress is true',
      },
      {
        vi: 'Được yêu cầu hai lần cùng lúc thì bắt đầu một lần, xong rồi thì lại được',
        en: 'is begun once when it is asked for twice at once, and again when it is done',
      },
      {
        vi: 'Có thể bỏ giữa chừng: góc nhìn đang phục vụ đi tiếp, không để lại gì khác',
        en: 'can be given up: what serves goes on, nothing else is left',
      },
      {
        vi: 'Dừng rồi đi tiếp từ chỗ cũ; chưa xong thì bản cũ phục vụ',
        en: 'goes on where it was after a stop; until it is done the old one serves',
      },
      {
        vi: 'Tiến trình bị giết nhiều lần vẫn đi tiếp từ chỗ cũ',
        en: 'goes on where it was when its process is killed, again and again',
      },
      {
        vi: 'Thất bại thì không đụng đến bản đang phục vụ, nói rõ, và đi tiếp khi có thể',
        en: 'that fails leaves what serves alone, says so, and goes on when it can',
      },
      {
        vi: 'Phiên bản mới: bản cũ đọc được thì phục vụ cho đến khi bản mới theo kịp',
        en: 'of a new version: an older one that can be read serves as it stands until the new one is level',
      },
      {
        vi: 'Phiên bản mới mà hàng cũ không thay được: không đọc gì trước khi theo kịp',
        en: 'of a new version that older rows cannot stand in for: nothing is read before it is level',
      },
      {
        vi: 'Quay lại phiên bản trước khi bản mới chưa xong',
        en: 'goes back to the version of before while the new one is not done',
      },
      {
        vi: 'Ai đã bắt đầu đọc thì đọc xong trên bản đã bắt đầu',
        en: 'lets those who have begun to read finish on what they began with',
      },
    ],
  },
  {
    title: { vi: 'Góc nhìn khi tiến trình bị giết', en: 'views of a process that is killed' },
    suites: [`${projections}/embedded-view-host.int-spec.js`],
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Theo nhật ký: mỗi sự kiện có tác dụng một lần sau nhiều lần giết, kể cả những sự kiện để riêng',
        en: 'following the log, have every event once after many kills, those set aside included',
      },
      {
        vi: 'Đang dựng lại: mỗi sự kiện có tác dụng một lần sau nhiều lần giết, kể cả những sự kiện để riêng',
        en: 'being rebuilt again and again, have every event once after many kills, those set aside included',
      },
    ],
  },
  {
    title: { vi: 'Các bản sao của một dịch vụ trên một cơ sở dữ liệu', en: 'replicas of views' },
    suites: [`${projections}/postgres-replicas.int-spec.js`],
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Cùng khởi động thì bảng chỉ tạo một lần, và một bản sao chiếu cho tất cả',
        en: 'that start at once make the tables once, and one projects for all',
      },
      { vi: 'Bản sao này biết ngay điều bản sao kia vừa ghi', en: 'hear of each other’s commits' },
      { vi: 'Thay bản sao đã đóng', en: 'take over from one that closes' },
      {
        vi: 'Thay bản sao bị giết, nhiều lần, không mất và không lặp',
        en: 'take over from one that is killed, again and again, and lose or double nothing',
      },
      {
        vi: 'Cùng dựng lại dù yêu cầu ở đâu: một bản sao dựng, tất cả chuyển sang, kể cả bản chỉ đọc',
        en: 'rebuild together, whoever is asked: one builds, all go over, those who only read too',
      },
      { vi: 'Dựng tiếp từ chỗ bản sao bị giết dừng lại', en: 'go on building where one that is killed was' },
      {
        vi: 'Thay bản sao bị treo; phần nó còn cầm không được ghi khi nó chạy lại',
        en: 'take over from one that is held up, and what it still had in hand is not written when it goes on',
      },
      {
        vi: 'Đi tiếp từ chỗ cũ khi máy chủ bị giết và khởi động lại dưới tải',
        en: 'go on where they were when the server is killed and started again under load',
      },
    ],
  },
  {
    title: { vi: 'Thông điệp giữa các tuyến', en: 'topic contract' },
    suites: [`${messaging}/embedded-topics.int-spec.js`, `${messaging}/kafka/kafka-topics.int-spec.js`],
    ofEveryEngine: true,
    guarantees: [
      {
        vi: 'Mỗi thông điệp có tác dụng một lần, đúng thứ tự theo khóa: cả điều gửi trước khi bên đọc có mặt và sau đó',
        en: 'every message has its effect once, in the order of its key: what was sent before the reader came, and after',
      },
      { vi: 'Bên đọc vắng mặt thì đi tiếp từ chỗ cũ', en: 'a reader that was away goes on where it was' },
      {
        vi: 'Thông điệp không áp dụng được bị để riêng với lý do, không cản ai, và được áp dụng khi có thể',
        en: 'a message that cannot be applied is set aside with its reason, stops no other, and is applied when it can be',
      },
      {
        vi: 'Điều lược đồ không cho phép thì không đến ai, và không cản gì',
        en: 'what the schema of the topic does not allow reaches nobody, and stops nothing',
      },
      {
        vi: 'Góc nhìn nói đã đến đâu, kể cả qua những gì không dành cho nó',
        en: 'a view says how far it is, also over what is not for it',
      },
    ],
  },
  {
    title: { vi: 'Chuyển phát qua máy chủ thông điệp', en: 'delivery through a broker' },
    suites: ['kafka-delivery', 'full-disk', 'topic-layout'].map((part) => `${messaging}/kafka/${part}.int-spec.js`),
    ofEveryEngine: false,
    guarantees: [
      {
        vi: 'Mỗi thông điệp đến một lần, đúng thứ tự theo khóa',
        en: 'brings every message once, in the order of its key',
      },
      {
        vi: 'Không mất, không lặp khi máy chủ bị giết và khởi động lại dưới tải',
        en: 'loses and doubles nothing when the broker is killed and started again under load',
      },
      {
        vi: 'Bỏ điều bộ chuyển tiếp gửi lại sau sự cố giữa xác nhận và ghi mốc',
        en: 'drops what a relay sends again after a crash between acknowledgement and saving',
      },
      {
        vi: 'Vẫn đúng thứ tự khi thông điệp đến hai lần và sai thứ tự',
        en: 'goes on in the right order when messages come doubled and in the wrong order',
      },
      {
        vi: 'Thông điệp độc bị để riêng với lý do, hiện cho người vận hành, và áp dụng khi có thể',
        en: 'sets a poisonous message aside with its reason, shows it to operators, and applies it when it can be',
      },
      {
        vi: 'Không gửi điều lược đồ không cho phép: người vận hành được báo, phần sau đi tiếp',
        en: 'sends nothing that its schema does not allow: operators are told of the event, what comes after it goes on',
      },
      {
        vi: 'Không nhận điều lược đồ không cho phép, dù ai gửi',
        en: 'takes nothing that its schema does not allow, whoever sent it',
      },
      {
        vi: 'Mỗi tác dụng một lần khi các bản sao chung một góc nhìn, đến, đi và chậm',
        en: 'has each effect once when replicas share a view, come and go, and are slow',
      },
      {
        vi: 'Bên đọc biết nhật ký đã đến đâu dù không có gì gửi vào phân vùng của nó',
        en: 'tells readers how far the log is though nothing is sent to their partition',
      },
      {
        vi: 'Không mất, không lặp khi phân vùng đầy đĩa từ chối ghi, và đi tiếp khi có chỗ trở lại',
        en: 'loses and doubles nothing when partitions refuse writes for want of space, and goes on when there is space again',
      },
      {
        vi: 'Chủ đề được tạo với số phân vùng và thời hạn lưu đã định, một lần',
        en: 'makes a topic and its dead letters with the partitions, retention and order of keys that are stated, once',
      },
      {
        vi: 'Từ chối chủ đề có số phân vùng khác: khóa sẽ dời chỗ',
        en: 'refuses a topic that is there with other partitions: its keys would move',
      },
    ],
  },
];
