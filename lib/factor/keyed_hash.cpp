// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/keyed_hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
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

sdk::SecureText hmac(Digest digest, std::string_view key, std::string_view message) {
    sdk::SecureText out(EVP_MAX_MD_SIZE);
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
    sdk::SecureText message(salt.begin(), salt.end());
    message.insert(message.end(), code.begin(), code.end());
    const sdk::SecureText made = hmac(Digest::sha256, key, view(message));
    Hash hash{};
    std::copy(made.begin(), made.end(), hash.begin());
    return hash;
}

bool same(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace loquet::factor
