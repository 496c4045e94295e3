#include "demo/mails.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace backstop::demo {

namespace {

Values values_of_written(std::string_view date) {
  return {{"date", std::string(date)}};
}

Values values_of_ordinary(std::string_view tagged, std::string_view date) {
  return {{"date", std::string(date)}, {"tagged", std::string(tagged)}};
}

Values values_of_answer(const Arrived& mail, std::string_view date) {
  const std::size_t at = mail.to.rfind('@');
  return {{"date", std::string(date)},
          {"tagged", mail.return_path},
          {"recipient", mail.to},
          {"user", mail.to.substr(0, at)},
          {"domain", mail.to.substr(at + 1)},
          {"subject", mail.subject},
          {"message_id", mail.message_id},
          {"header", mail.header},
          {"body", mail.body}};
}

DemoMail make_mail(Lot lot, const MailTemplate& from, const Values& values) {
  // This can't fail: read_demo_templates() refuses a placeholder that has no value.
  const auto filled = [&](std::string_view text) { return fill(text, values).value(); };
  return {lot, filled(from.reverse_path), filled(from.recipient), filled(from.text)};
}

std::vector<DemoMail> make_mails(Lot lot, const std::vector<MailTemplate>& templates, const Values& values) {
  std::vector<DemoMail> mails;
  for (const auto& one : templates) mails.push_back(make_mail(lot, one, values));
  return mails;
}

const MailTemplate* find_answer(const DemoTemplates& templates, std::string_view name) {
  const auto found = std::ranges::find(templates.answers, name, &MailTemplate::name);
  return found == templates.answers.end() ? nullptr : &*found;
}

base::Result<void> check_answers(const DemoTemplates& templates, const std::string& folder) {
  for (const auto& one : templates.written) {
    if (one.answer.empty() || find_answer(templates, one.answer) != nullptr) continue;
    return std::unexpected(base::Error{base::printable(one.path, 4096) + ": there is no answer " +
                                       base::printable(folder + one.answer, 4096) + ".eml"});
  }
  return {};
}

}  // namespace

std::size_t DemoTemplates::count_answered() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(written, [](const MailTemplate& one) { return !one.answer.empty(); }));
}

base::Result<DemoTemplates> read_demo_templates(const std::string& folder) {
  auto written = read_templates(folder + "/written", values_of_written(""));
  if (!written) return std::unexpected(written.error());
  auto ordinary = read_templates(folder + "/ordinary", values_of_ordinary("", ""));
  if (!ordinary) return std::unexpected(ordinary.error());
  auto answers = read_templates(folder + "/answers", values_of_answer(Arrived{}, ""));
  if (!answers) return std::unexpected(answers.error());
  auto elsewhere = read_templates(folder + "/elsewhere", values_of_written(""));
  if (!elsewhere) return std::unexpected(elsewhere.error());
  DemoTemplates all{std::move(*written), std::move(*ordinary), std::move(*answers), std::move(*elsewhere)};
  if (const auto good = check_answers(all, folder + "/answers/"); !good) return std::unexpected(good.error());
  return all;
}

std::vector<DemoMail> written_mails(const DemoTemplates& templates, std::string_view date) {
  return make_mails(Lot::Written, templates.written, values_of_written(date));
}

std::vector<DemoMail> ordinary_mails(const DemoTemplates& templates, std::string_view tagged,
                                     std::string_view date) {
  return make_mails(Lot::Ordinary, templates.ordinary, values_of_ordinary(tagged, date));
}

std::vector<DemoMail> bounces_from_elsewhere(const DemoTemplates& templates, std::string_view date) {
  return make_mails(Lot::Elsewhere, templates.elsewhere, values_of_written(date));
}

const MailTemplate* answer_of(const DemoTemplates& templates, std::string_view recipient) {
  const auto found = std::ranges::find(templates.written, recipient, &MailTemplate::recipient);
  return found == templates.written.end() ? nullptr : find_answer(templates, found->answer);
}

DemoMail answer_to(const Arrived& mail, const MailTemplate& answer, std::string_view date) {
  return make_mail(Lot::Genuine, answer, values_of_answer(mail, date));
}

}  // namespace backstop::demo
