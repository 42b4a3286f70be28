// The namespaces of one server, by name and by id. Entries stay where they are until the registry is destroyed, deleted
// ones too, under another name. Loop-confined.
#ifndef TEMPORAL_FAKE_SERVER_FRONTEND_NAMESPACE_REGISTRY_H_
#define TEMPORAL_FAKE_SERVER_FRONTEND_NAMESPACE_REGISTRY_H_

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "fake-server/history/namespace.h"

namespace temporal::server {

class NamespaceRegistry {
 public:
  // Null if there is none.
  const Namespace* Find(std::string_view name) const { return Search(&Namespace::name, name); }
  const Namespace* FindById(std::string_view id) const { return Search(&Namespace::id, id); }
  Namespace* Find(std::string_view name) { return Search(&Namespace::name, name); }

  // REQUIRES: no entry has this name.
  Namespace& Add(Namespace entry) {
    entries_.push_back(std::make_unique<Namespace>(std::move(entry)));
    return *entries_.back();
  }

  const std::vector<std::unique_ptr<Namespace>>& entries() const { return entries_; }

 private:
  Namespace* Search(std::string Namespace::* field, std::string_view value) const {
    for (const auto& entry : entries_) {
      if ((*entry).*field == value && entry->state != Namespace::State::kDeleted) return entry.get();
    }
    return nullptr;
  }

  std::vector<std::unique_ptr<Namespace>> entries_;  // in order of registration
};

}  // namespace temporal::server

#endif  // TEMPORAL_FAKE_SERVER_FRONTEND_NAMESPACE_REGISTRY_H_
