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
