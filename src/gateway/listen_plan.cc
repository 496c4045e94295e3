#include "gateway/listen_plan.h"

#include <algorithm>

namespace backstop::gateway {

namespace {

using Place = ListenPlan::Place;
using Free = std::vector<const Listening*>;

bool is_as_configured(const Place& place, const Listening& one) {
  return one.gateway == place.gateway && one.wanted == place.wanted;
}

// The port that the system had chosen has been written down since.
bool is_there(const Place& place, const Listening& one) {
  return one.gateway == place.gateway && one.endpoint == place.wanted;
}

bool is_of_another_gateway(const Place& place, const Listening& one) {
  return one.endpoint == place.wanted;
}

void match(std::vector<Place>& places, Free& free, bool (*fits)(const Place&, const Listening&)) {
  for (Place& place : places) {
    if (place.running != nullptr) continue;
    const auto found = std::ranges::find_if(free, [&](const auto* one) { return fits(place, *one); });
    if (found == free.end()) continue;
    place.running = *found;
    free.erase(found);
  }
}

}  // namespace

bool overlap(const net::Endpoint& one, const net::Endpoint& other) {
  if (one.port != other.port || one.port == 0 || one.address.is_v6() != other.address.is_v6()) return false;
  return one.address == other.address || one.address.is_unspecified() || other.address.is_unspecified();
}

ListenPlan plan_listening(const std::vector<Listening>& running, const std::vector<GatewaySettings>& wanted) {
  ListenPlan plan;
  for (const auto& gateway : wanted) {
    for (const auto& endpoint : gateway.listen) {
      plan.places.push_back({.gateway = gateway.name, .wanted = endpoint});
    }
  }
  Free free;
  for (const auto& one : running) free.push_back(&one);
  for (const auto fits : {is_as_configured, is_there, is_of_another_gateway}) match(plan.places, free, fits);
  plan.closed = std::move(free);
  for (Place& place : plan.places) {
    if (place.running != nullptr) continue;
    const auto found = std::ranges::find_if(
        plan.closed, [&](const auto* one) { return overlap(one->endpoint, place.wanted); });
    if (found != plan.closed.end()) place.beside = *found;
  }
  return plan;
}

}  // namespace backstop::gateway
