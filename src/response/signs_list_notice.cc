// List notices: a list program holds a post, refuses it, answers a command or asks for a confirmation. The
// fields that mark every post of a list (List-Id, X-BeenThere, X-Mailman-Version) say nothing here.
#include "response/sign_row.h"

namespace backstop::response {
namespace {

using enum Zone;
using enum Strength;
using F = mail::FieldName;
using Row = SignRow<Kind::ListNotice>;
using Mark = SignRow<Kind::None>;

constexpr Sign kSigns[] = {
    // Mailman writes this field into all that it says itself, and into no post.
    Row::field("Mailman", F::XListAdministrivia, "yes", Decides),
    Row::text("Mailman hold", SubjectFirst, "your message to ", InPair),
    Row::text("Mailman hold", Subject, "awaits moderator approval", InPair),
    Row::text("Mailman refusal", SubjectFirst, "request to mailing list ", InPair),
    Row::text("Mailman refusal", Subject, " rejected", InPair),
    Row::text("Mailman welcome", SubjectFirst, "welcome to the \"", InPair),
    Row::text("Mailman welcome", Subject, "\" mailing list", InPair),
    Row::text("Mailman goodbye", SubjectFirst, "you have been unsubscribed from the ", InPair),
    Row::text("Mailman goodbye", Subject, " mailing list", InPair),
    Row::text("Mailman", SubjectFirst, "the results of your email commands", Decides),
    Row::text("Mailman", SubjectFirst, "auto-discard notification", Decides),
    Row::text("Mailman", SubjectFirst, "forward of moderated message", Decides),
    Row::text("Mailman", SubjectFirst, "content filtered message notification", Decides),
    Row::text("Mailman", SubjectFirst, "uncaught bounce notification", Decides),
    Row::text("Mailman", SubjectFirst, "bounce action notification", Decides),
    Row::text("Mailman", Subject, "mailing list memberships reminder", WithMachineMark),
    Row::text("Mailman", SubjectFirst, "your confirmation is required to join the ", Decides),
    Row::text("Mailman", SubjectFirst, "your confirmation is needed to join the ", Decides),
    Row::text("Mailman", SubjectFirst, "your confirmation is required to leave the ", Decides),
    Row::text("Mailman", SubjectFirst, "your confirmation is needed to leave the ", Decides),
    Row::text("Mailman", Body, "is being held until the list moderator can review it for approval",
              WithMachineMark),
    Row::text(
        "Mailman", Body,
        "you are not allowed to post to this mailing list, and your message has been automatically rejected",
        WithMachineMark),
    Row::text("Mailman", Body, "mailing list subscription confirmation notice for mailing list",
              WithMachineMark),
    Row::text("Mailman", Body, "mailing list removal confirmation notice for mailing list", WithMachineMark),
    Row::text("Mailman", Body, "mailing list has been rejected by the list moderator", WithMachineMark),

    Row::text("Majordomo", From, "majordomo@", Decides),
    Row::text("Majordomo", From, "majordomo-owner@", WithMachineMark),
    Row::text("Majordomo", ReversePath, "owner-majordomo", Decides),
    Row::text("Majordomo", SubjectFirst, "majordomo results", Decides),
    Row::text("Majordomo", SubjectFirst, "majordomo file: ", Decides),
    // To the owner: "BOUNCE list@example.org: Non-member submission from [...]".
    Row::text("Majordomo hold", SubjectFirst, "bounce ", InPair),
    Row::text("Majordomo hold", Subject, "non-member submission from", InPair),
    Row::text("Majordomo hold", Subject, "approval required", InPair),

    Row::field("ezmlm", F::DeliveredTo, "responder for ", Decides),
    // Not "Delivered-To: moderator for x": a post keeps it once the moderator let it through.
    Row::text("ezmlm", SubjectFirst, "moderate for ", Decides),
    Row::text("ezmlm", From, "-help@", InPair),
    Row::text("ezmlm", Body, "hi! this is the ezmlm program.", InPair),
    Row::text("ezmlm", Body, "this is the ezmlm program. i'm managing the", WithMachineMark),

    // Digests come from LISTSERV@ too, under another display name.
    Row::text("LISTSERV", From, "l-soft list server at", Decides),
    Row::text("LISTSERV", From, "listserv server (", Decides),
    Row::text("LISTSERV", SubjectFirst, "rejected posting to ", Decides),
    Row::text("LISTSERV", SubjectFirst, "command confirmation request (", Decides),
    Row::text("ListProc", From, "listproc@", Decides),
    Row::text("Lyris", From, "lyris listmanager", Decides),
    Row::text("Sympa", From, "sympa@", Decides),
    Row::text("Sympa", SubjectFirst, "results of your commands", WithMachineMark),
    Row::text("Ecartis", From, "ecartis@", Decides),
    Row::text("Ecartis", SubjectFirst, "ecartis command results", Decides),
    Row::text("Listar", From, "listar@", Decides),
    Row::text("Listar", SubjectFirst, "listar command results", Decides),
    Row::text("mlmmj", From, "+owner@", InPair),
    Row::text("mlmmj", From, "+help@", InPair),
    Row::text("mlmmj", SubjectFirst, "post to ", InPair),
    Row::text("mlmmj", SubjectFirst, "confirm subscribe to ", InPair),
    Row::text("mlmmj", SubjectFirst, "confirm unsubscribe from ", InPair),
    Row::text("mlmmj", Body, "this is the mlmmj program managing the", InPair),
    Row::text("fml", SubjectFirst, "fml status report", Decides),
    Row::text("fml", SubjectFirst, "fml command status report", Decides),
    Row::text("fml", SubjectFirst, "not member article from ", Decides),
    Row::text("fml", SubjectFirst, "subscribe confirmation request", WithMachineMark),
    Row::text("Yahoo! Groups", From, "notify@yahoogroups.com", Decides),
    Row::text("Yahoo! Groups", From, "confirm-s2-", Decides),
    // Its refusal of a post is an RFC 3464 report and stays a bounce; this is the same sentence without one.
    Row::text("Google Groups", Body, "the group you tried to contact", WithMachineMark),
    Row::text("Google Groups", SubjectFirst, "google groups: ", WithMachineMark),
    Row::text("phpList", Body, "almost welcome to our newsletter", WithMachineMark),
    Row::text("phpList", SubjectFirst, "request for confirmation", InPair),
    Row::field("phpList", F::XPhpListVersion, "", InPair),
    Row::text("Discourse", Subject, "] email issue -- ", WithMachineMark),

    // The address under which a list program speaks.
    Mark::text("list program", From, "-request@", MachineMarkOffList),
    Mark::text("list program", From, "listserv@", MachineMarkOffList),
    Row::text("list program", SubjectFirst, "confirm subscribe to ", WithMachineMark),
    Row::text("list program", SubjectFirst, "confirm unsubscribe from ", WithMachineMark),
    Row::text("list program", SubjectFirst, "subscription confirmation for list", WithMachineMark),
    Row::text("list program", Body, "your message is awaiting moderator approval", WithMachineMark),
    Row::text("list program", Body, "your message has been held for moderation", WithMachineMark),
    Row::text("list program", Body, "non-members are not allowed to post messages to this list",
              WithMachineMark),
    Row::text("list program", Body, "post by non-member to a members-only list", WithMachineMark),
    Row::text("list program", Body, "you are not a member of this mailing list", WithMachineMark),
    Row::text("list program", Body, "posting to this list is restricted", WithMachineMark),
    Row::text("list program", Body, "address is not subscribed to th", WithMachineMark),
    Row::text("list program", Body, "you are not subscribed to th", WithMachineMark),
    Row::text("list program", Body, "only members may post", WithMachineMark),
    Row::text("list program", Body, "only subscribers may post", WithMachineMark),
    Row::text("list program", Body, "you are not allowed to post to this list", WithMachineMark),
    Row::text("list program (German)", Body, "wartet auf die genehmigung des moderators", WithMachineMark),
    Row::text("list program (French)", Body, "en attente d'approbation par le modérateur", WithMachineMark),
};

}  // namespace

std::span<const Sign> list_notice_signs() {
  return kSigns;
}

}  // namespace backstop::response
