#include "app/exit_notes.h"

#include <array>

namespace backstop::app {

namespace {

constexpr std::string_view kUsage = "The command line is wrong.";
constexpr std::string_view kMistakes = "The configuration has mistakes.";
constexpr std::string_view kNoHistory = "The configuration has mistakes, or keeps no history.";
constexpr std::string_view kNotThere =
    "The configuration or the history is not there, or this user may not read it.";
constexpr std::string_view kReadFailed = "Reading the history failed half way.";

constexpr auto kNotes = std::to_array<ExitNote>({
    {"scan", "0", "All mails were read."},
    {"scan", "1",
     "All were read, but at least one is cut short or longer than 64 MiB, or an mbox may hold more mails "
     "than were found."},
    {"scan", "64", kUsage},
    {"scan", "65",
     "Something is not a mail, is empty, or is a broken mbox; or the configuration has mistakes."},
    {"scan", "66", "Something is not there, or may not be read: a mail, keys, a ledger, the configuration."},
    {"scan", "74", "Reading failed half way."},
    {"serve", "0", "It was told to stop, and has stopped."},
    {"serve", "64", kUsage},
    {"serve", "65", kMistakes},
    {"serve", "66", "The configuration is not there, or may not be read."},
    {"serve", "69",
     "It can't start: an address is in use, a user does not exist, or a file can't be opened."},
    {"status", "0", "The server has answered."},
    {"status", "1", "No server answers, or what answers is no Backstop of this version."},
    {"status", "64", kUsage},
    {"status", "65",
     "The configuration has mistakes, or names no socket and no store beside which one would be."},
    {"status", "66",
     "The configuration is not there or may not be read, or this user may not ask the server."},
    {"ready", "0", "The history was read, whether the domains are ready or not."},
    {"ready", "64", kUsage},
    {"ready", "65", kNoHistory},
    {"ready", "66", kNotThere},
    {"ready", "74", kReadFailed},
    {"history", "0", "The history was read, also if no event matches."},
    {"history", "64", kUsage},
    {"history", "65", kMistakes},
    {"history", "66", kNotThere},
    {"history", "74", kReadFailed},
    {"why", "0", "The decision was explained."},
    {"why", "64", kUsage},
    {"why", "65", kMistakes},
    {"why", "66",
     "The history has no event of that ID; or the configuration or the history is not there, or this user "
     "may not read it."},
    {"why", "74", kReadFailed},
    {"report", "0", "The report was printed, or the next hop has taken it."},
    {"report", "64",
     "The command line is wrong, or the address of --mail is in no domain of the configuration."},
    {"report", "65", kNoHistory},
    {"report", "66", kNotThere},
    {"report", "69", "It can't become the user that the configuration names."},
    {"report", "74", "Reading the history failed half way, or the next hop did not take the mail."},
    {"replay", "0", "The events were replayed, also if nothing would change."},
    {"replay", "64", kUsage},
    {"replay", "65", "A configuration has mistakes."},
    {"replay", "66", "A configuration or the history is not there, or this user may not read it."},
    {"replay", "74", kReadFailed},
    {"ledger", "0", "All was done."},
    {"ledger", "1", "All was done, but a log or list was cut short."},
    {"ledger", "64", kUsage},
    {"ledger", "65", "The configuration has mistakes or no ledger, or a file is no log or list."},
    {"ledger", "66", "The configuration, the ledger, a log or a list is not there, or may not be read."},
    {"ledger", "69", "It can't become the user that the configuration names."},
    {"ledger", "73", "The ledger can't be written."},
    {"ledger", "74", "Reading or writing failed half way."},
    {"quarantine", "0", "All was done."},
    {"quarantine", "1", "The list is not whole: something that is kept back can't be decrypted."},
    {"quarantine", "64", kUsage},
    {"quarantine", "65", "The configuration has mistakes, or no quarantine."},
    {"quarantine", "66",
     "An ID is not there; or the configuration or the quarantine is not, or may not be read."},
    {"quarantine", "69", "The next hop does not take a response."},
    {"quarantine", "73", "What was done could not be recorded, or a response could not be deleted."},
    {"quarantine", "74", "Reading failed half way."},
    {"held", "0", "All was done."},
    {"held", "1", "The list is not whole: something that is held can't be decrypted."},
    {"held", "64", kUsage},
    {"held", "65", "The configuration has mistakes, or holds nothing."},
    {"held", "66", "An ID is not there; or the configuration or what is held is not, or may not be read."},
    {"held", "69", "The next hop does not take a response."},
    {"held", "73", "What was done could not be recorded, or a response could not be deleted."},
    {"held", "74", "Reading failed half way."},
    {"setup", "0", "It was done, or shown."},
    {"setup", "1", "It can't be done yet, and the page says why; or the answer was no."},
    {"setup", "64", kUsage},
    {"setup", "66", "There is no Postfix, it can't be read, or nothing is there to undo."},
    {"setup", "69", "A step has failed. main.cf is what it was; the message says more."},
    {"opensmtpd-filter", "0", "OpenSMTPD has closed its side."},
    {"opensmtpd-filter", "64", kUsage},
    {"opensmtpd-filter", "74", "What came was not from OpenSMTPD."},
    {"tag", "0",
     "sign: there is a tag now. verify: the tag is ours and not expired. lint: nothing is wrong with it."},
    {"tag", "1",
     "sign: the address must stay as it is. verify: the tag is not good. lint: something is wrong."},
    {"tag", "64", kUsage},
    {"tag", "66", "The key file is not there, or can't be used."},
    {"keys", "0", "All was done."},
    {"keys", "64", kUsage},
    {"keys", "65", "The configuration has mistakes, or a DKIM key can verify nothing."},
    {"keys", "66", "A file is not there or can't be used, or DNS does not have the DKIM key."},
    {"keys", "69", "There is no DNS server to ask."},
    {"keys", "73", "A file could not be written, or is there already."},
    {"keys", "74", "Reading failed half way, or the look-up in DNS failed."},
    {"check-config", "0", "The file is good. There may be warnings."},
    {"check-config", "64", kUsage},
    {"check-config", "65", "The file has mistakes."},
    {"check-config", "66", "The file is not there, or may not be read."},
    {"completion", "0", "The script was printed."},
    {"completion", "64", kUsage},
    {"man", "0", "The page was shown, or all pages were written."},
    {"man", "64", "The command line is wrong, or there is no such page."},
    {"man", "74", "The pages could not be written."},
    {"help", "0", "The help was printed."},
    {"help", "64", "There is no such command."},
});

}  // namespace

std::span<const ExitNote> exit_notes() {
  return kNotes;
}

}  // namespace backstop::app
