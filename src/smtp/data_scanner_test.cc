#include "smtp/data_scanner.h"

#include <gtest/gtest.h>

namespace backstop::smtp {
namespace {

TEST(DataScanner, FindsTheEnd) {
  const auto scan = DataScanner().scan("Hello: x\r\n\r\n.\r\nQUIT\r\n");
  EXPECT_TRUE(scan.is_end);
  EXPECT_EQ(scan.size, 15U);
  EXPECT_EQ(scan.fault, DataFault::None);
}

TEST(Stuffing, RoundTrip) {
  Stuffer stuffer;
  std::string stuffed;
  stuffer.append(".x\r\n..y", stuffed);
  stuffer.finish(stuffed);
  EXPECT_EQ(stuffed, "..x\r\n...y\r\n.\r\n");
  std::string plain;
  Unstuffer().append(stuffed, plain);
  EXPECT_EQ(plain, ".x\r\n..y\r\n");
}

}  // namespace
}  // namespace backstop::smtp
