// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/keyed_hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace loquet::factor {

namespace {

const EVP_MD* algorithm_of(Digest digest) {
    switch (digest) {
    case Digest::sha1:
        return EVP_sha1();
    case Digest::sha256:
        return EVP_sha256();
    case Digest::sha512:
        return EVP_sha512();
    }
    throw std::invalid_argument("no such digest");
}

} // namespace

void prepare_hashing() {
    // It fails only where all that follows does.
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, nullptr);
    for (const Digest digest : {Digest::sha1, Digest::sha256, Digest::sha512}) {
        (void)hmac(digest, "key", "message");
    }
}

SecureBytes hmac(Digest digest, std::string_view key, std::string_view message) {
    SecureBytes out(EVP_MAX_MD_SIZE);
    unsigned int size = 0;
    if (HMAC(algorithm_of(digest), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(),
             reinterpret_cast<unsigned char*>(out.data()), &size)
        == nullptr) {
        throw std::runtime_error("OpenSSL cannot make a hash");
    }
    out.resize(size);
    return out;
}

Hash keyed_hash(std::string_view key, const Salt& salt, std::string_view code) {
    if (key.size() != key_bytes) {
        throw std::invalid_argument("the daemon gave no key for this account");
    }
    SecureBytes message(salt.begin(), salt.end());
    message.insert(message.end(), code.begin(), code.end());
    const SecureBytes made = hmac(Digest::sha256, key, view(message));
    Hash hash{};
    std::copy(made.begin(), made.end(), hash.begin());
    return hash;
}

bool same(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

namespace {

// Space, tab, hyphen; the no-break spaces that French keyboards and pasted texts bring (U+00A0, U+202F); the hyphens
// and dashes that a text program makes of a typed one (U+2010, U+2011, U+2013).
constexpr std::array<std::string_view, 8> separators{
    " ", "\t", "-", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x93"};

} // namespace

SecureBytes compact(std::string_view typed) {
    SecureBytes out;
    out.reserve(typed.size());
    while (!typed.empty()) {
        const auto* const separator = std::find_if(separators.begin(), separators.end(),
                                                   [&](std::string_view each) { return typed.starts_with(each); });
        if (separator != separators.end()) {
            typed.remove_prefix(separator->size());
            continue;
        }
        const char c = typed.front();
        out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
        typed.remove_prefix(1);
    }
    return out;
}

} // namespace loquet::factor
