// Challenges: a program holds a mail until its sender has proven to be a person.
#include "response/signs.h"

namespace backstop::response {
namespace {

using enum Zone;
using enum Strength;
using F = mail::FieldName;
using Row = SignRow<Kind::Challenge>;
using Mark = SignRow<Kind::None>;

constexpr Sign kSigns[] = {
    // cPanel sends it as the mailbox's owner, to the Reply-To, without Auto-Submitted and not from a null
    // sender. Spam copies its field with the rest of its header. In every language, the subject has the
    // number of the challenge.
    Row::field("cPanel BoxTrapper", F::XBoxtrapper, "", InPair),
    Row::text("cPanel BoxTrapper", Subject, "verify#", InPair),
    Row::text("cPanel BoxTrapper", Body, "verify#", InPair),
    Row::text("cPanel BoxTrapper", Body, "requires that you verify that you", InPair),
    Row::text("cPanel BoxTrapper", SubjectFirst, "your email requires verification verify", Decides),
    Row::text("cPanel BoxTrapper", Body, "the headers of the message sent from your address are shown below",
              WithMachineMark),

    Row::field("TMDA", F::MessageId, "-tmda-confirm>", WithAnswer),
    Mark::field("TMDA", F::XDeliveryAgent, "tmda", MachineMark),
    Row::text("TMDA", SubjectFirst, "please confirm your message", WithMachineMark),
    Row::text("TMDA", Body, "created automatically by mail delivery software (tmda)", WithMachineMark),
    Row::text("TMDA", Body, "to release your message for delivery", WithMachineMark),

    Row::field("Active Spam Killer", F::XAskVersion, "", WithAnswer),
    Row::text("Active Spam Killer", SubjectFirst, "please confirm (conf#", Decides),

    Row::text("qconfirm", Body, "this is the qconfirm mail-handling program", WithMachineMark),
    Row::text("qconfirm", Body, "are being held because your address was not recognized", WithMachineMark),

    Row::field("Spam Arrest", F::XSpamarrestNoauth, "", WithAnswer),
    Row::text("Spam Arrest", ReversePath, "@spamarrest.com", InPair),
    Row::text("Spam Arrest", From, "@spamarrest.com", InPair),
    Row::text("Spam Arrest", Body, "just this once, click the link below so i can receive your emails",
              InPair),
    Row::text("Spam Arrest", Body, "i'm protecting myself from receiving junk mail", WithMachineMark),

    Row::field("MailInBlack", F::ContentType, "multipartboundary_mailinblack", WithAnswer),
    Row::text("MailInBlack", ReversePath, "mailinblack", WithMachineMark),
    Row::text("MailInBlack", Body, "mailinblack.com", WithNullSender),

    Row::text("EarthLink spamBlocker", ReversePath, "spamblocker-challenge@", Decides),
    Row::text("EarthLink spamBlocker", Body,
              "i now allow incoming messages only from senders i have approved beforehand", WithMachineMark),

    Row::text("AntiSpam UOL", From, "antispam uol", Decides),
    Row::text("AntiSpam BOL", From, "antispam bol", Decides),

    Row::field("ChoiceMail", F::XChoicemailRegistrationRequest, "", WithAnswer),
    Row::text("ChoiceMail", SubjectFirst, "please register to write to", WithMachineMark),
    Row::text("ChoiceMail", Body, "choicemail", WithNullSender),

    Row::text("Boxbe", Subject, "(action required)", InPair),
    Row::text("Boxbe", From, "@boxbe.com", InPair),
    Row::text("Boxbe", Body, "please add yourself to my guest list", InPair),
    Row::text("Boxbe", Body, "add yourself to my guest list so your messages will be delivered",
              WithMachineMark),

    Row::field("Bluebottle", F::XBluebottleRequest, "", WithAnswer),
    Row::text("Bluebottle", SubjectFirst, "verification required for mail", WithMachineMark),
    Row::field("ExiSpam", F::XExiSpam, "", WithAnswer),
    Row::field("Spamazoid", F::XSpamazoidMD, "", WithAnswer),
    Row::field("Spamlion", F::Spamlion, "", WithAnswer),
    Row::field("notaspammer", F::Precedence, "spam", InPair),
    Row::text("notaspammer", Subject, "are you a spammer", InPair),
    Row::text("notaspammer", Body, "notaspammer", InPair),
    Row::text("Vanquish", From, "@spamguard.vanquish.com", Decides),
    Row::text("Qurb", Subject, "[qurb #", Decides),
    Row::text("0spam", From, "verify@0spam.com", Decides),
    Row::text("Spam Interceptor", From, "siweb@si20.com", Decides),
    Row::text("SpamHippo", ReversePath, "spamhippo@", Decides),
    Row::text("SpamBush", ReversePath, "spambush@", Decides),
    Row::text("APD", ReversePath, "apd.sspam@", Decides),
    Row::text("quarantine challenge", ReversePath, "devnull-quarantine@", Decides),
    Row::text("SpamStomp", ReversePath, "@spamstomp.com", Decides),
    Row::text("iPermitMail", ReversePath, "@ipermitmail.com", Decides),
    Row::text("KnowSpam", From, "@knowspam.net", Decides),
    Row::text("Mailblocks", ReversePath, "@mailblocks.com", WithMachineMark),
    Row::text("Sendio", SubjectFirst, "sender address verification", WithMachineMark),
    Row::text("Sendio", Body, "sender address verification", WithNullSender),

    // Sentences that several of them share.
    Row::text("challenge", SubjectFirst, "unverified email to ", Decides),
    // Every shop writes this to a new customer, but not from a null sender.
    Row::text("challenge", SubjectFirst, "please verify your email address", WithNullSender),
    Row::text("challenge", SubjectFirst, "please verify your message", WithMachineMark),
    Row::text("challenge", SubjectFirst, "please confirm your email to", WithMachineMark),
    Row::text("challenge", SubjectFirst, "confirm your message to", WithMachineMark),
    Row::text("challenge", SubjectFirst, "sender verification", WithMachineMark),
    Row::text("challenge", SubjectFirst, "sender confirmation", WithMachineMark),
    Row::text("challenge", SubjectFirst, "verification required for your message", WithMachineMark),
    Row::text("challenge", Body, "is using a challenge/response", WithMachineMark),
    Row::text("challenge", Body, "uses a challenge/response", WithMachineMark),
    Row::text("challenge", Body, "uses challenge-response", WithMachineMark),
    Row::text("challenge", Body, "this is a one-time verification", WithMachineMark),
    Row::text("challenge", Body, "you only need to do this once", WithNullSender),
    Row::text("challenge", Body, "you will only need to do this once", WithMachineMark),
    Row::text("challenge", Body, "you only have to do this once", WithMachineMark),
    Row::text("challenge", Body, "this is a one time request", WithMachineMark),
    Row::text("challenge", Body, "your address is not on my list of approved senders", WithMachineMark),
    Row::text("challenge", Body, "is not on my list of allowed senders", WithMachineMark),
    Row::text("challenge", Body, "to be added to my list of approved senders", WithMachineMark),
    Row::text("challenge", Body, "verify that you are a human", WithNullSender),
    Row::text("challenge", Body, "verify that you are a real person", WithMachineMark),
    Row::text("challenge", Body, "confirm that you are a real person", WithMachineMark),
    Row::text("challenge", Body, "confirm that you are a human", WithNullSender),
    Row::text("challenge", Body, "prove that you are not a spammer", WithMachineMark),
    Row::text("challenge", Body, "to prove that your message was sent by a human", WithMachineMark),
    Row::text("challenge", Body, "i have not received mail from you before", WithMachineMark),
    Row::text("challenge", Body, "i haven't received mail from you before", WithMachineMark),
    Row::text("challenge", Body, "by simply replying to this message you will be added", WithMachineMark),
    Row::text("challenge", Body, "reply to this message to have your original message delivered",
              WithMachineMark),
    Row::text("challenge", Body, "your message will be delivered after you confirm", WithMachineMark),
    Row::text("challenge (German)", Body, "ihre nachricht wird erst zugestellt, wenn sie", WithMachineMark),
    Row::text("challenge (French)", Body, "pour que votre message me parvienne", WithMachineMark),
    Row::text("challenge (French)", Body, "pour que votre message soit délivré", WithMachineMark),
    Row::text("challenge (Portuguese)", Body, "para que sua mensagem seja entregue", WithMachineMark),
    Row::text("challenge (Portuguese)", Body, "para que sua mensagem seja encaminhada", WithMachineMark),
    Row::text("challenge", Body, "is being held because your address", WithMachineMark),
    Row::text("challenge", Body, "your address has not been verified", WithMachineMark),
    Row::text("challenge", Body, "your address is not yet verified", WithMachineMark),
    Row::text("challenge", Body, "held until you confirm that you sent it", WithMachineMark),
    Row::text("challenge", Body, "to prove that you are not a robot", WithMachineMark),
    Row::text("challenge (German)", Body, "nicht als absender bekannt", WithMachineMark),
    Row::text("challenge (German)", Body, "als absender noch nicht bekannt", WithMachineMark),
    Row::text("challenge (German)", Body, "dass sie kein spam-versender sind", WithMachineMark),
    Row::text("challenge (German)", Body, "dass sie kein spammer sind", WithMachineMark),
    Row::text("challenge (German)", Body, "bitte bestätigen sie einmalig", WithMachineMark),
    Row::text("challenge (French)", Body, "recopiez les caractères", WithMachineMark),
    Row::text("challenge (French)", Body, "merci de vous identifier afin", WithMachineMark),
    Row::text("challenge (French)", Body, "prouver que vous n'êtes pas un robot", WithMachineMark),
    Row::text("challenge (French)", Body, "votre adresse n'est pas encore connue de mon", WithMachineMark),
    Row::text("challenge (Spanish)", Body, "confirme que no es un spammer", WithMachineMark),
    Row::text("challenge (Spanish)", Body, "demostrar que no es un robot", WithMachineMark),
    Row::text("challenge (Italian)", Body, "affinché il suo messaggio venga consegnato", WithMachineMark),
    Row::text("challenge (Italian)", Body, "confermare che non è uno spammer", WithMachineMark),
    Row::text("challenge (Dutch)", Body, "bevestig dat u geen spammer bent", WithMachineMark),
    Row::text("challenge (Dutch)", Body, "uw bericht wordt vastgehouden totdat u", WithMachineMark),
    Row::text("challenge (Portuguese)", Body, "confirme que não é um spammer", WithMachineMark),
    Row::text("challenge (Portuguese)", Body, "confirme que você não é um spammer", WithMachineMark),
    Row::text("MailInBlack", Subject, "antispam mailinblack", WithMachineMark),
    Row::text("challenge (Spanish)", Body, "para que su mensaje sea entregado", WithMachineMark),
};

}  // namespace

std::span<const Sign> challenge_signs() {
  return kSigns;
}

}  // namespace backstop::response
