// The words of the pages that owners of mailboxes read. Those of the admin's pages are in the pages.

export interface Messages {
  logIn: string;
  name: string;
  password: string;
  wrongLogin: string;
  wait: string; // {0}: minutes
  logOut: string;
  quarantine: string;
  keptIntro: string;
  nothingKept: string;
  from: string;
  to: string;
  when: string;
  why: string;
  release: string;
  remove: string;
  select: string; // {0}: what
  show: string;
  hide: string;
  header: string;
  done: string; // {0}: number
  failed: string; // {0}: id, {1}: why
  changePassword: string;
  oldPassword: string;
  newPassword: string;
  passwordChanged: string;
  readTitle: string;
  readIntro: string;
  source: string;
  file: string;
  details: string;
  aboutGenuine: string;
  aboutForged: string;
  aboutUnproven: string;
  hacked: string;
  todoOrdinary: string;
  todoGenuine: string;
  todoForged: string;
  kinds: {
    none: string;
    "dsn-failed": string;
    "dsn-delayed": string;
    "dsn-delivered": string;
    mdn: string;
    "auto-reply": string;
    challenge: string;
    "filter-notice": string;
    "list-notice": string;
    "feedback-report": string;
  };
}

const en: Messages = {
  logIn: "Log in",
  name: "Name",
  password: "Password",
  wrongLogin: "The name or the password is wrong.",
  wait: "Too many logins have failed. Please wait {0} minutes.",
  logOut: "Log out",
  quarantine: "Quarantine",
  keptIntro: "These answers came to mail that you are not known to have sent. If you miss an answer, release it; it is then in your mailbox. The others are deleted by themselves.",
  nothingKept: "Nothing is kept back.",
  from: "From",
  to: "To",
  when: "When",
  why: "Why",
  release: "Release",
  remove: "Delete",
  select: "Select {0}",
  show: "Read",
  hide: "Close",
  header: "Header",
  done: "Done: {0}.",
  failed: "{0}: {1}",
  changePassword: "Change password",
  oldPassword: "Present password",
  newPassword: "New password (10 characters or more)",
  passwordChanged: "The password is changed.",
  readTitle: "What is this mail?",
  readIntro: "Paste the source of a mail, or drop its file here. It is read and forgotten: nothing of it is stored.",
  source: "Source of the mail",
  file: "Or choose its file",
  details: "More",
  aboutGenuine: "It is about a mail that you sent: that is proven.",
  aboutForged: "It is about a mail that you did not send.",
  aboutUnproven: "Nothing shows that it is about a mail that you sent.",
  hacked: "You were most probably not hacked: nobody needs your password to write your address into a mail.",
  todoOrdinary: "You can judge it as any other mail.",
  todoGenuine: "Read what it says, and send your mail again if it matters.",
  todoForged: "If you did not write to anybody there, delete it. It ends by itself, mostly within days.",
  kinds: {
    none: "It is an ordinary mail, and no automatic answer.",
    "dsn-failed": "It is a bounce: a mail could not be delivered.",
    "dsn-delayed": "It is a delay notice: a mail is late, and may still arrive.",
    "dsn-delivered": "It says that a mail was delivered.",
    mdn: "It is a read receipt.",
    "auto-reply": "It is an automatic reply, such as one of a vacation.",
    challenge: "It asks you to prove that you are human.",
    "filter-notice": "A filter says that it took a mail for spam or for a virus.",
    "list-notice": "It is a notice of a mailing list.",
    "feedback-report": "It is a report about mail that somebody marked as spam.",
  },
};

const de: Messages = {
  logIn: "Anmelden",
  name: "Name",
  password: "Passwort",
  wrongLogin: "Name oder Passwort ist falsch.",
  wait: "Zu viele Anmeldungen sind fehlgeschlagen. Bitte warten Sie {0} Minuten.",
  logOut: "Abmelden",
  quarantine: "Quarantäne",
  keptIntro: "Diese Antworten kamen auf Mails, die Sie nach allem, was wir wissen, nicht geschickt haben. Fehlt Ihnen eine Antwort, geben Sie sie frei; dann liegt sie in Ihrem Postfach. Die anderen werden von selbst gelöscht.",
  nothingKept: "Es wird nichts zurückgehalten.",
  from: "Von",
  to: "An",
  when: "Wann",
  why: "Warum",
  release: "Freigeben",
  remove: "Löschen",
  select: "{0} auswählen",
  show: "Lesen",
  hide: "Schließen",
  header: "Kopfzeilen",
  done: "Erledigt: {0}.",
  failed: "{0}: {1}",
  changePassword: "Passwort ändern",
  oldPassword: "Bisheriges Passwort",
  newPassword: "Neues Passwort (mindestens 10 Zeichen)",
  passwordChanged: "Das Passwort ist geändert.",
  readTitle: "Was ist das für eine Mail?",
  readIntro: "Fügen Sie den Quelltext einer Mail ein, oder legen Sie ihre Datei hier ab. Sie wird gelesen und vergessen: Nichts davon wird gespeichert.",
  source: "Quelltext der Mail",
  file: "Oder wählen Sie die Datei",
  details: "Mehr",
  aboutGenuine: "Sie betrifft eine Mail, die Sie geschickt haben: Das ist bewiesen.",
  aboutForged: "Sie betrifft eine Mail, die Sie nicht geschickt haben.",
  aboutUnproven: "Nichts zeigt, dass sie eine Mail von Ihnen betrifft.",
  hacked: "Sie wurden höchstwahrscheinlich nicht gehackt: Um Ihre Adresse in eine Mail zu schreiben, braucht niemand Ihr Passwort.",
  todoOrdinary: "Sie können sie beurteilen wie jede andere Mail.",
  todoGenuine: "Lesen Sie, was darin steht, und schicken Sie Ihre Mail noch einmal, wenn sie wichtig ist.",
  todoForged: "Wenn Sie dort niemandem geschrieben haben, löschen Sie sie. Es hört von selbst auf, meist in wenigen Tagen.",
  kinds: {
    none: "Es ist eine gewöhnliche Mail und keine automatische Antwort.",
    "dsn-failed": "Es ist eine Rückläufer-Meldung: Eine Mail konnte nicht zugestellt werden.",
    "dsn-delayed": "Es ist eine Verzögerungsmeldung: Eine Mail ist verspätet und kann noch ankommen.",
    "dsn-delivered": "Sie meldet, dass eine Mail zugestellt wurde.",
    mdn: "Es ist eine Lesebestätigung.",
    "auto-reply": "Es ist eine automatische Antwort, etwa wegen Urlaubs.",
    challenge: "Sie verlangt einen Beweis, dass Sie ein Mensch sind.",
    "filter-notice": "Ein Filter meldet, dass er eine Mail für Spam oder einen Virus hielt.",
    "list-notice": "Es ist eine Mitteilung einer Mailingliste.",
    "feedback-report": "Es ist ein Bericht über Mail, die jemand als Spam gemeldet hat.",
  },
};

const fr: Messages = {
  logIn: "Se connecter",
  name: "Nom",
  password: "Mot de passe",
  wrongLogin: "Le nom ou le mot de passe est faux.",
  wait: "Trop de connexions ont échoué. Veuillez attendre {0} minutes.",
  logOut: "Se déconnecter",
  quarantine: "Quarantaine",
  keptIntro: "Ces réponses concernent des messages que vous n'avez, à notre connaissance, pas envoyés. S'il vous manque une réponse, libérez-la ; elle arrive alors dans votre boîte. Les autres sont supprimées d'elles-mêmes.",
  nothingKept: "Rien n'est retenu.",
  from: "De",
  to: "À",
  when: "Quand",
  why: "Pourquoi",
  release: "Libérer",
  remove: "Supprimer",
  select: "Choisir {0}",
  show: "Lire",
  hide: "Fermer",
  header: "En-têtes",
  done: "Fait : {0}.",
  failed: "{0} : {1}",
  changePassword: "Changer le mot de passe",
  oldPassword: "Mot de passe actuel",
  newPassword: "Nouveau mot de passe (10 caractères ou plus)",
  passwordChanged: "Le mot de passe est changé.",
  readTitle: "Quel est ce message ?",
  readIntro: "Collez la source d'un message ou déposez son fichier ici. Il est lu puis oublié : rien n'en est conservé.",
  source: "Source du message",
  file: "Ou choisissez son fichier",
  details: "Plus",
  aboutGenuine: "Il concerne un message que vous avez envoyé : c'est prouvé.",
  aboutForged: "Il concerne un message que vous n'avez pas envoyé.",
  aboutUnproven: "Rien ne montre qu'il concerne un message que vous avez envoyé.",
  hacked: "Vous n'avez très probablement pas été piraté : personne n'a besoin de votre mot de passe pour écrire votre adresse dans un message.",
  todoOrdinary: "Vous pouvez le juger comme tout autre message.",
  todoGenuine: "Lisez ce qu'il dit et renvoyez votre message s'il est important.",
  todoForged: "Si vous n'avez écrit à personne là-bas, supprimez-le. Cela cesse de soi-même, le plus souvent en quelques jours.",
  kinds: {
    none: "C'est un message ordinaire et non une réponse automatique.",
    "dsn-failed": "C'est un avis de non-remise : un message n'a pas pu être remis.",
    "dsn-delayed": "C'est un avis de retard : un message tarde et peut encore arriver.",
    "dsn-delivered": "Il annonce qu'un message a été remis.",
    mdn: "C'est un accusé de lecture.",
    "auto-reply": "C'est une réponse automatique, par exemple pour cause de vacances.",
    challenge: "Il vous demande de prouver que vous êtes humain.",
    "filter-notice": "Un filtre annonce avoir pris un message pour du spam ou un virus.",
    "list-notice": "C'est un avis d'une liste de diffusion.",
    "feedback-report": "C'est un rapport sur un message signalé comme spam.",
  },
};

const es: Messages = {
  logIn: "Entrar",
  name: "Nombre",
  password: "Contraseña",
  wrongLogin: "El nombre o la contraseña no es correcto.",
  wait: "Han fallado demasiados intentos. Espere {0} minutos.",
  logOut: "Salir",
  quarantine: "Cuarentena",
  keptIntro: "Estas respuestas se refieren a mensajes que, por lo que sabemos, usted no envió. Si le falta una respuesta, libérela; entonces llega a su buzón. Las demás se borran solas.",
  nothingKept: "No hay nada retenido.",
  from: "De",
  to: "Para",
  when: "Cuándo",
  why: "Por qué",
  release: "Liberar",
  remove: "Borrar",
  select: "Elegir {0}",
  show: "Leer",
  hide: "Cerrar",
  header: "Cabecera",
  done: "Hecho: {0}.",
  failed: "{0}: {1}",
  changePassword: "Cambiar la contraseña",
  oldPassword: "Contraseña actual",
  newPassword: "Contraseña nueva (10 caracteres o más)",
  passwordChanged: "La contraseña se ha cambiado.",
  readTitle: "¿Qué es este mensaje?",
  readIntro: "Pegue el código fuente de un mensaje o suelte aquí su archivo. Se lee y se olvida: no se guarda nada.",
  source: "Código fuente del mensaje",
  file: "O elija su archivo",
  details: "Más",
  aboutGenuine: "Se refiere a un mensaje que usted envió: está probado.",
  aboutForged: "Se refiere a un mensaje que usted no envió.",
  aboutUnproven: "Nada muestra que se refiera a un mensaje que usted envió.",
  hacked: "Lo más probable es que no le hayan atacado: nadie necesita su contraseña para escribir su dirección en un mensaje.",
  todoOrdinary: "Puede juzgarlo como cualquier otro mensaje.",
  todoGenuine: "Lea lo que dice y vuelva a enviar su mensaje si es importante.",
  todoForged: "Si no escribió a nadie de allí, bórrelo. Termina solo, casi siempre en unos días.",
  kinds: {
    none: "Es un mensaje corriente y no una respuesta automática.",
    "dsn-failed": "Es un aviso de devolución: no se pudo entregar un mensaje.",
    "dsn-delayed": "Es un aviso de retraso: un mensaje tarda y aún puede llegar.",
    "dsn-delivered": "Dice que se entregó un mensaje.",
    mdn: "Es una confirmación de lectura.",
    "auto-reply": "Es una respuesta automática, por ejemplo de vacaciones.",
    challenge: "Le pide que demuestre que es una persona.",
    "filter-notice": "Un filtro dice que tomó un mensaje por spam o por un virus.",
    "list-notice": "Es un aviso de una lista de correo.",
    "feedback-report": "Es un informe sobre un mensaje que alguien marcó como spam.",
  },
};

const it: Messages = {
  logIn: "Accedi",
  name: "Nome",
  password: "Password",
  wrongLogin: "Il nome o la password è sbagliato.",
  wait: "Troppi accessi non riusciti. Attenda {0} minuti.",
  logOut: "Esci",
  quarantine: "Quarantena",
  keptIntro: "Queste risposte riguardano messaggi che, per quanto sappiamo, lei non ha inviato. Se le manca una risposta, la rilasci; arriverà nella sua casella. Le altre si cancellano da sole.",
  nothingKept: "Non è trattenuto nulla.",
  from: "Da",
  to: "A",
  when: "Quando",
  why: "Perché",
  release: "Rilascia",
  remove: "Elimina",
  select: "Seleziona {0}",
  show: "Leggi",
  hide: "Chiudi",
  header: "Intestazione",
  done: "Fatto: {0}.",
  failed: "{0}: {1}",
  changePassword: "Cambia password",
  oldPassword: "Password attuale",
  newPassword: "Nuova password (almeno 10 caratteri)",
  passwordChanged: "La password è cambiata.",
  readTitle: "Che messaggio è questo?",
  readIntro: "Incolli il sorgente di un messaggio o trascini qui il suo file. Viene letto e dimenticato: non se ne conserva nulla.",
  source: "Sorgente del messaggio",
  file: "O scelga il suo file",
  details: "Altro",
  aboutGenuine: "Riguarda un messaggio che lei ha inviato: è provato.",
  aboutForged: "Riguarda un messaggio che lei non ha inviato.",
  aboutUnproven: "Nulla mostra che riguardi un messaggio inviato da lei.",
  hacked: "Molto probabilmente non è stato violato nulla: per scrivere il suo indirizzo in un messaggio non serve la sua password.",
  todoOrdinary: "Può giudicarlo come ogni altro messaggio.",
  todoGenuine: "Legga che cosa dice e invii di nuovo il suo messaggio, se è importante.",
  todoForged: "Se non ha scritto a nessuno là, lo elimini. Finisce da solo, di solito in pochi giorni.",
  kinds: {
    none: "È un messaggio comune e non una risposta automatica.",
    "dsn-failed": "È un avviso di mancata consegna: un messaggio non è stato consegnato.",
    "dsn-delayed": "È un avviso di ritardo: un messaggio tarda e può ancora arrivare.",
    "dsn-delivered": "Dice che un messaggio è stato consegnato.",
    mdn: "È una conferma di lettura.",
    "auto-reply": "È una risposta automatica, per esempio per le ferie.",
    challenge: "Le chiede di dimostrare di essere una persona.",
    "filter-notice": "Un filtro dice di aver preso un messaggio per spam o per un virus.",
    "list-notice": "È un avviso di una lista di distribuzione.",
    "feedback-report": "È un rapporto su un messaggio segnalato come spam.",
  },
};

const pt: Messages = {
  logIn: "Entrar",
  name: "Nome",
  password: "Senha",
  wrongLogin: "O nome ou a senha está errado.",
  wait: "Muitas tentativas falharam. Aguarde {0} minutos.",
  logOut: "Sair",
  quarantine: "Quarentena",
  keptIntro: "Estas respostas referem-se a mensagens que, ao que sabemos, não foram enviadas por si. Se lhe falta uma resposta, liberte-a; ela chega então à sua caixa. As outras são apagadas sozinhas.",
  nothingKept: "Nada está retido.",
  from: "De",
  to: "Para",
  when: "Quando",
  why: "Porquê",
  release: "Libertar",
  remove: "Apagar",
  select: "Selecionar {0}",
  show: "Ler",
  hide: "Fechar",
  header: "Cabeçalho",
  done: "Feito: {0}.",
  failed: "{0}: {1}",
  changePassword: "Mudar a senha",
  oldPassword: "Senha atual",
  newPassword: "Nova senha (10 caracteres ou mais)",
  passwordChanged: "A senha foi mudada.",
  readTitle: "Que mensagem é esta?",
  readIntro: "Cole o código-fonte de uma mensagem ou largue aqui o ficheiro. É lida e esquecida: nada dela é guardado.",
  source: "Código-fonte da mensagem",
  file: "Ou escolha o ficheiro",
  details: "Mais",
  aboutGenuine: "É sobre uma mensagem que você enviou: está provado.",
  aboutForged: "É sobre uma mensagem que você não enviou.",
  aboutUnproven: "Nada mostra que seja sobre uma mensagem que você enviou.",
  hacked: "O mais provável é que não tenha sido atacado: ninguém precisa da sua senha para escrever o seu endereço numa mensagem.",
  todoOrdinary: "Pode avaliá-la como qualquer outra mensagem.",
  todoGenuine: "Leia o que diz e envie de novo a sua mensagem, se for importante.",
  todoForged: "Se não escreveu a ninguém de lá, apague-a. Acaba sozinho, quase sempre em poucos dias.",
  kinds: {
    none: "É uma mensagem comum e não uma resposta automática.",
    "dsn-failed": "É um aviso de devolução: uma mensagem não pôde ser entregue.",
    "dsn-delayed": "É um aviso de atraso: uma mensagem demora e ainda pode chegar.",
    "dsn-delivered": "Diz que uma mensagem foi entregue.",
    mdn: "É um recibo de leitura.",
    "auto-reply": "É uma resposta automática, por exemplo de férias.",
    challenge: "Pede que prove que é uma pessoa.",
    "filter-notice": "Um filtro diz que tomou uma mensagem por spam ou por um vírus.",
    "list-notice": "É um aviso de uma lista de correio.",
    "feedback-report": "É um relatório sobre uma mensagem marcada como spam.",
  },
};

const nl: Messages = {
  logIn: "Inloggen",
  name: "Naam",
  password: "Wachtwoord",
  wrongLogin: "De naam of het wachtwoord klopt niet.",
  wait: "Er zijn te veel pogingen mislukt. Wacht {0} minuten.",
  logOut: "Uitloggen",
  quarantine: "Quarantaine",
  keptIntro: "Deze antwoorden gaan over berichten die u, voor zover wij weten, niet hebt verstuurd. Mist u een antwoord, geef het dan vrij; het komt dan in uw postbus. De andere worden vanzelf verwijderd.",
  nothingKept: "Er wordt niets tegengehouden.",
  from: "Van",
  to: "Aan",
  when: "Wanneer",
  why: "Waarom",
  release: "Vrijgeven",
  remove: "Verwijderen",
  select: "{0} kiezen",
  show: "Lezen",
  hide: "Sluiten",
  header: "Koptekst",
  done: "Gedaan: {0}.",
  failed: "{0}: {1}",
  changePassword: "Wachtwoord wijzigen",
  oldPassword: "Huidig wachtwoord",
  newPassword: "Nieuw wachtwoord (10 tekens of meer)",
  passwordChanged: "Het wachtwoord is gewijzigd.",
  readTitle: "Wat is dit voor bericht?",
  readIntro: "Plak de bron van een bericht, of sleep het bestand hierheen. Het wordt gelezen en vergeten: er wordt niets van bewaard.",
  source: "Bron van het bericht",
  file: "Of kies het bestand",
  details: "Meer",
  aboutGenuine: "Het gaat over een bericht dat u hebt verstuurd: dat is bewezen.",
  aboutForged: "Het gaat over een bericht dat u niet hebt verstuurd.",
  aboutUnproven: "Niets toont dat het over een bericht van u gaat.",
  hacked: "U bent hoogstwaarschijnlijk niet gehackt: niemand heeft uw wachtwoord nodig om uw adres in een bericht te zetten.",
  todoOrdinary: "U kunt het beoordelen als elk ander bericht.",
  todoGenuine: "Lees wat er staat, en stuur uw bericht opnieuw als het belangrijk is.",
  todoForged: "Hebt u daar niemand geschreven, verwijder het dan. Het houdt vanzelf op, meestal binnen enkele dagen.",
  kinds: {
    none: "Het is een gewoon bericht en geen automatisch antwoord.",
    "dsn-failed": "Het is een retourbericht: een bericht kon niet worden bezorgd.",
    "dsn-delayed": "Het is een vertragingsbericht: een bericht is laat en kan nog aankomen.",
    "dsn-delivered": "Het meldt dat een bericht is bezorgd.",
    mdn: "Het is een leesbevestiging.",
    "auto-reply": "Het is een automatisch antwoord, bijvoorbeeld wegens vakantie.",
    challenge: "Het vraagt u te bewijzen dat u een mens bent.",
    "filter-notice": "Een filter meldt dat het een bericht voor spam of een virus hield.",
    "list-notice": "Het is een mededeling van een mailinglijst.",
    "feedback-report": "Het is een rapport over een bericht dat iemand als spam heeft gemeld.",
  },
};

const ja: Messages = {
  logIn: "ログイン",
  name: "名前",
  password: "パスワード",
  wrongLogin: "名前またはパスワードが違います。",
  wait: "ログインの失敗が多すぎます。{0} 分お待ちください。",
  logOut: "ログアウト",
  quarantine: "隔離",
  keptIntro: "これらは、あなたが送ったと確認できないメールへの返信です。必要な返信があれば解放してください。メールボックスに届きます。ほかは自動的に削除されます。",
  nothingKept: "隔離されたメールはありません。",
  from: "差出人",
  to: "宛先",
  when: "日時",
  why: "理由",
  release: "解放",
  remove: "削除",
  select: "{0} を選ぶ",
  show: "読む",
  hide: "閉じる",
  header: "ヘッダー",
  done: "完了: {0}",
  failed: "{0}: {1}",
  changePassword: "パスワードを変更",
  oldPassword: "現在のパスワード",
  newPassword: "新しいパスワード(10 文字以上)",
  passwordChanged: "パスワードを変更しました。",
  readTitle: "これは何のメールですか",
  readIntro: "メールのソースを貼り付けるか、ファイルをここにドロップしてください。読み取るだけで、何も保存しません。",
  source: "メールのソース",
  file: "またはファイルを選ぶ",
  details: "詳細",
  aboutGenuine: "あなたが送ったメールについてのものです。証明されています。",
  aboutForged: "あなたが送っていないメールについてのものです。",
  aboutUnproven: "あなたが送ったメールについてのものだと示すものはありません。",
  hacked: "侵入された可能性はほとんどありません。あなたのアドレスをメールに書くのにパスワードは要りません。",
  todoOrdinary: "ほかのメールと同じように判断してください。",
  todoGenuine: "内容を読み、大切なメールならもう一度送ってください。",
  todoForged: "心当たりがなければ削除してください。たいてい数日で自然に収まります。",
  kinds: {
    none: "普通のメールで、自動応答ではありません。",
    "dsn-failed": "不達通知です。メールが届きませんでした。",
    "dsn-delayed": "遅延通知です。メールは遅れていますが、届くかもしれません。",
    "dsn-delivered": "メールが届いたという通知です。",
    mdn: "開封確認です。",
    "auto-reply": "休暇などの自動応答です。",
    challenge: "人間であることの証明を求めるメールです。",
    "filter-notice": "フィルターが、メールを迷惑メールまたはウイルスと判断したという通知です。",
    "list-notice": "メーリングリストからの通知です。",
    "feedback-report": "迷惑メールとして報告されたメールについての報告です。",
  },
};

export const languages: Record<string, { name: string; messages: Messages }> = {
  en: { name: "English", messages: en },
  de: { name: "Deutsch", messages: de },
  fr: { name: "Français", messages: fr },
  es: { name: "Español", messages: es },
  it: { name: "Italiano", messages: it },
  pt: { name: "Português", messages: pt },
  nl: { name: "Nederlands", messages: nl },
  ja: { name: "日本語", messages: ja },
};

/** The first of the browser's languages that there is, unless another one was chosen. */
export function preferred(): string {
  const chosen = localStorage.getItem("language");
  for (const one of [chosen ?? "", ...navigator.languages]) {
    const short = one.slice(0, 2).toLowerCase();
    if (short in languages) return short;
  }
  return "en";
}

export function filled(text: string, ...values: string[]): string {
  return text.replace(/\{(\d)\}/g, (_, i: string) => values[Number(i)] ?? "");
}
