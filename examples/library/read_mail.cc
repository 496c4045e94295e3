// read_mail [KEYS ADDRESS...]: reads a mail from standard input and says what it is. With a key file and the
// addresses that the mail came to, it also checks the watermarks that came back.
#include <backstop/proofs.h>
#include <backstop/reader.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>

namespace {

void tell(const backstop::Reading& reading) {
  std::cout << reading.kind << ": " << reading.explanation << '\n';
  for (const auto& recipient : reading.recipients) {
    std::cout << "  " << recipient.address << ' ' << recipient.status << ' ' << recipient.reason << '\n';
  }
}

// `ours` are the addresses that the mail came to.
void tell_proofs(const backstop::Reading& reading, const backstop::Keys& keys,
                 const std::vector<std::string>& ours) {
  for (const auto& watermark : reading.watermarks) {
    const auto check = keys.check_watermark(watermark, ours, std::chrono::system_clock::now());
    std::cout << "  watermark: " << check.outcome << ' ' << check.address << '\n';
  }
}

}  // namespace

int main(int count, char** arguments) try {
  const std::string mail{std::istreambuf_iterator<char>(std::cin), {}};
  const auto reading = backstop::read_value(mail);
  tell(reading);
  if (count > 2) tell_proofs(reading, backstop::Keys::open(arguments[1]), {arguments + 2, arguments + count});
  return 0;
} catch (const std::exception& failure) {
  std::cerr << "read_mail: " << failure.what() << '\n';
  return 1;
}
