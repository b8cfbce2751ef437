"""What mail programs write above a quote, by language: all that is known of it, so that `quote_marks` has none of its own."""


def _words(*lists: str) -> frozenset[str]:
    return frozenset(word.strip().casefold() for line in lists for word in line.split(","))


def _phrases(*lists: str) -> tuple[str, ...]:
    return tuple(phrase.strip().casefold() for line in lists for phrase in line.split(","))


#: Names of headers in a block of them, by what they say.
FROM = _words(
    "from, von, de, da, van, fra, från, od, ze, от, від, από, kimden, gönderen, odesílatel, lähettäjä, afsender",
    "avsender, frá, feladó, de la, expeditor, từ, người gửi, dari, pengirim, จาก, saatja, nuo, siuntėjas, no",
    "remitente, mittente, remetente, expéditeur, absender, afzender, nadawca, отправитель, відправник, שולח",
    "מאת, من, المرسل, از, 发件人, 发信人, 寄件者, 寄件人, 差出人, 送信者, 送信元, 보낸 사람, 보낸사람, 발신",
    "kutoka, nork, ó, gan, prejemnik",
)
SENT = _words(
    "sent, gesendet, gesendet am, envoyé, envoyé le, envoyée, enviado, enviado el, enviado em, enviada",
    "enviada em, enviada el, inviato, inviata, verzonden, sendt, skickat, wysłano, wysłane, отправлено, надіслано",
    "відправлено, изпратено, στάλθηκε, gönderilme, gönderildi, gönderme tarihi, odesláno, odoslané, lähetetty",
    "elküldve, küldve, trimis, trimis la, expediat, đã gửi, gửi, dikirim, terkirim, ส่ง, poslano, poslato",
    "poslané, išsiųsta, nosūtīts, saadetud, enviat, נשלח, נשלח ב, تم الإرسال, الإرسال, أرسلت, تاريخ الإرسال",
    "ارسال شده, 发送时间, 发送日期, 寄件日期, 傳送時間, 送信日時, 보낸 날짜, 보낸 시간",
)
DATE = _words(
    "date, datum, data, fecha, dato, дата, tarih, päivämäärä, päiväys, pvm, ημερομηνία, dátum, dată, data/ora",
    "ngày, tanggal, วันที่, kuupäev, datums, dagsetning, תאריך, التاريخ, تاريخ, تاریخ, 日期, 日時, 日付, 时间",
    "時間, 날짜, 일시, when, time",
)
TO = _words(
    "to, an, à, a, para, aan, til, till, do, кому, до, kime, alıcı, komu, vastaanottaja, προς, címzett, către",
    "catre, đến, tới, kepada, untuk, ถึง, za, prima, primatelj, kam, kellele, saaja, per a, destinataire",
    "destinatario, destinatário, empfänger, odbiorca, mottaker, mottagare, modtager, ontvanger, адресат",
    "получатель, kas, אל, עבור, לכבוד, إلى, الى, به, 收件人, 收件者, 收信人, 宛先, 받는 사람, 받는사람, 수신",
    "gavėjas, viðtakandi",
)
SUBJECT = _words(
    "subject, betreff, betr, objet, sujet, asunto, assunto, oggetto, onderwerp, emne, ämne, temat, тема, относно",
    "konu, předmět, predmet, aihe, θέμα, tárgy, subiect, chủ đề, tiêu đề, subjek, perihal, เรื่อง, tema, naslov",
    "zadeva, assumpte, gaia, efni, teema, temats, נושא, הנדון, الموضوع, موضوع, 主题, 主旨, 主題, 标题, 件名, 제목",
)
OTHER = _words(
    "cc, kopie, copie, copie à, copia, cópia, kopi, kopia, dw, do wiadomości, copy, копия, копія, bilgi, kopio",
    "κοιν, κοινοποίηση, másolatot kap, másolat, bcc, ccn, cci, ud, bk, עותק, العותق, نسخة, 抄送, 副本, 참조",
    "reply-to, antwort, an, risposta, svar til, répondre à, responder a, responder para, odpowiedz do, rispondi a",
    "importance, attachments, organization, message-id",
)
#: Words for "wrote", one of which stands in nearly every line above a quote.
WROTE = _words(
    "wrote, writes, schrieb, schreibt, geschrieben, écrit, ecrit, escribió, escribio, escrito, escreveu, scritto",
    "schreef, geschreven, schrijft, skrev, skrifaði, napisał, napisała, napisal, napsal, napsala, napísal",
    "napísala, pisze, napisao, napisala, pisal, написал, написала, написав, пише, пишет, писал, напиша, написа, kirjoitti",
    "γράψε, έγραψε, írta, scris, viết, menulis, yazdı, yazmış, escriure, escrigué, idatzi, rakstīja, parašė, rašė",
    "kirjutas, כתב, כתבה, كتب, كتبت, كتابة, نوشت, লিখেছেন, எழுதியது, लिखा, เขียนว่า, aliandika, escrivia",
)
#: The same where words are not divided.
WROTE_WITHIN = _phrases(
    "写道, 寫道, 写到, 作成, 작성, 썼습니다, 書きました, のメール, 님이, さんは, เขียน",
)
#: How a line above a quote begins.
OPENERS = _words(
    "on, am, le, el, em, il, op, den, dnia, w, vào, pada, in, at, a, på, в, у, на, στις, la, în, dana, dne, v, ב",
    "בתאריך, في, yn, tar",
)
#: Words of a line that says: here is another mail.
EARLIER = _words(
    "origine, oorspronkelijk, oorspronkelijke",
    "original, originale, originales, ursprüngliche, originalnachricht, originele, oprindelig, oprindelige",
    "opprinnelig, opprinnelige, ursprungligt, ursprungsmeddelande, originalmeddelande, originalt, oryginalna",
    "исходное, оригинальное, původní, pôvodná, alkuperäinen, eredeti, initial, orijinal, özgün, αρχικό, מקורית",
    "الأصلية, gốc, asli, оригінальне, вихідне, forwarded, weitergeleitete, weitergeleitet, transféré, transferé",
    "réexpédié, reenviado, encaminhada, encaminhado, inoltrato, doorgestuurd, doorgestuurde, videresendt",
    "vidarebefordrat, vidarebefordrade, przekazana, przesłana, пересылаемое, пересланное, přeposlaná, preposlaná",
    "välitetty, továbbított, redirecționat, iletilen, yönlendirilmiş, iletilmiş, προωθημένο, הועברה, معاد, chuyển",
    "diteruskan, переслане, proslijeđena, препратено, reply, antwort, réponse, respuesta",
)
EARLIER_WITHIN = _phrases(
    "above this line",
    "原始邮件, 原始郵件, 邮件原件, 转发, 轉寄, 转发的邮件, 元のメッセージ, 転送, 원본, 전달된, original message, ต้นฉบับ",
)
#: Beginnings of a line that says so without dashes.
FORWARDS = _phrases(
    "begin forwarded message, anfang der weitergeleiteten, début du message réexpédié, début du message transféré",
    "inicio del mensaje reenviado, inizio messaggio inoltrato, início da mensagem, begin doorgestuurd bericht",
    "vidarebefordrat brev, start på videresendt, videresendt besked, videresendt melding, początek przekazywanej",
    "начало переадресованного, přeposlaná zpráva, välitetty viesti alkaa, továbbított levél, i̇letilen ileti",
    "転送されたメッセージ, 전달된 메시지, 下面是被转发的邮件, 開始轉寄郵件, початок листа",
)
#: What mails are sent from, and how a program says so below them.
DEVICES = _phrases(
    "iphone, iphon, ipad, ipod, android, blackberry, galaxy, samsung, htc, huawei, xiaomi, nokia, lumia, pixel, windows",
    "superhuman, k-9, tuta, proton, cloudmagic, bluemail, canary",
    "outlook, mailbox, airmail, mail, mobil, móvil, phone, telefon, telefoon, téléphone, teléfono, telefone, cell",
    "tablet, device, handy, smartphone, телефон, мобил, スマートフォン, 手机, 手機, 휴대",
)
SENT_BY = _phrases(
    "envoyé, gesendet, verzonden, verstuurd, enviado, enviada, inviato, skickat, sendt fra, sendt via, wysłan",
    "отправлено, надіслано, odesláno, odoslané, lähetetty, trimis, küldve, gönderildi, στάλθηκε, נשלח, أرسلت",
    "تم الإرسال, đã gửi, được gửi, gửi từ, dikirim, 傳送, 传送, 发自, 發自, 发送自, から送信, 보냄, 보낸",
    "get outlook, get [outlook, outlook for",
    "from my, enviat, poslano, poslato, télécharger outlook, outlook für, obtener outlook, scarica outlook",
)
#: The same where the verb comes last.
SENT_FROM = _phrases(
    "von mein, von unterwegs, diese nachricht wurde, dit bericht is, 從我的, 从我的, 我的, iphone, ipad, android, 내, 나의",
    "z mého, z mojeho, från min, fra min, з мого, с моего, od mog",
)
