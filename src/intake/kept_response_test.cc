#include "intake/kept_response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace backstop::intake {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

origin::Key key(int number, origin::KeyUse use, origin::TagFamily family = origin::TagFamily::Exim) {
  return {.number = number, .family = family, .use = use, .secret = "secret " + std::to_string(number)};
}

TEST(SealKeys, AreAllOfTheRingButIndimails) {
  origin::KeyRing ring;
  EXPECT_THAT(seal_keys(ring), IsEmpty());
  EXPECT_FALSE(sealing_key(ring));
  for (const auto& one : {key(2, origin::KeyUse::Retired), key(1, origin::KeyUse::Verify),
                          key(0, origin::KeyUse::Verify, origin::TagFamily::Indimail)})
    ASSERT_TRUE(ring.add(one));
  EXPECT_FALSE(sealing_key(ring));
  ASSERT_TRUE(ring.add(key(5, origin::KeyUse::Sign)));
  EXPECT_THAT(seal_keys(ring),
              ElementsAre(Field(&store::SealKey::number, 2), Field(&store::SealKey::number, 1),
                          Field(&store::SealKey::number, 5)));
  EXPECT_EQ(sealing_key(ring)->secret, "secret 5");
}

}  // namespace
}  // namespace backstop::intake
