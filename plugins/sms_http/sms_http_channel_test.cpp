// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel against an HTTP server on the loopback that records what Python's parsers make of each request.
#include "tests/support/sms_gateway.h"

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>

namespace loquet::plugins_sms_http {
namespace {

using sdk::DeliveryOutcome;
using testing::HasSubstr;
using testing::Not;
using tests::TestDelivery;

TEST_F(AGateway, T6_DecodesTheSameTwoValuesAndNoMoreWhateverTheTextHolds) {
    const std::string hostile = "1\"&to=+33699999999';{}[]<b>%00\\\n\"},{\"to\":\"x\"</text>#?/+= é";
    const std::vector<std::pair<const char*, std::vector<std::string>>> notations{
        {"query", {"to={number}", "text={text}"}},
        {"form", {"to={number}", "text={text}"}},
        {"json", {"to={number}", "text={text}"}},
        {"xml", {"sms.to={number}", "sms.text={text}"}}};
    for (const auto& [notation, fields] : notations) {
        options_.set("notation", notation).set_list("fields", fields);
        EXPECT_EQ(deliver({.destination = number, .text = hostile}).kind, DeliveryOutcome::Kind::sent) << notation;
        const nlohmann::json decoded = requests().back()["fields"];
        ASSERT_EQ(decoded.size(), 2U) << decoded;
        EXPECT_EQ(decoded[0][1], number) << notation;
        EXPECT_EQ(decoded[1][1], hostile) << notation;
        EXPECT_EQ(requests().back()["method"], notation == std::string("query") ? "GET" : "POST");
    }
}

TEST_F(AGateway, T6_WouldDecodeMoreOfWhatIsPasted) {
    options_.set("notation", "query").set("url", url("/200?to=+33612345678&text=1&to=+33699999999"));
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::sent);
    EXPECT_EQ(requests().back()["fields"].size(), 5U);
}

TEST_F(AGateway, T6_SeesNothingOfANumberThatIsNone) {
    for (const char* bad : {"+336123\"&x=1", "+33612345678\r\nX-To: +1", "+33612345678{}", "+33899123456", "3615",
                            "anne@example.org", ""}) {
        EXPECT_EQ(deliver({.destination = bad}).kind, DeliveryOutcome::Kind::refused) << bad;
    }
    EXPECT_EQ(deliver({.destination = number, .text = "a\rb"}).kind, DeliveryOutcome::Kind::refused);
    EXPECT_TRUE(requests().empty());
}

TEST_F(AGateway, GivesItsOwnNameForTheMessage) {
    options_.set("success", "\"state\":\"(queued|sent)\"").set("reference", "\"id\":\"([^\"]+)\"");
    options_.set("url", url("/202/%7B%22state%22:%22queued%22,%22id%22:%2242-a%22%7D"));
    const DeliveryOutcome told = deliver();
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::sent) << told.said;
    EXPECT_EQ(told.gateway_reference, "42-a");
    EXPECT_THAT(told.said, HasSubstr("HTTP 202"));
}

TEST_F(AGateway, T29_LeadsToWhatIsSpecified) {
    using Kind = DeliveryOutcome::Kind;
    struct Case {
        const char* path;
        Kind kind;
        const char* said;
    };
    options_.set("success", "^OK").set("failure", "barred").set("later", "full").set("seconds", 2);
    for (const Case& c : {Case{"/200/OK", Kind::sent, "HTTP 200 OK"},
                          Case{"/200/what", Kind::refused, "what"},
                          Case{"/200/OK%20barred", Kind::refused, "barred"},
                          Case{"/200/full", Kind::retry, "full"},
                          Case{"/201/OK", Kind::refused, "HTTP 201"},
                          Case{"/400/bad", Kind::refused, "HTTP 400"},
                          Case{"/401/no", Kind::retry, "HTTP 401: the gateway does not accept who we are (no)"},
                          Case{"/403/no%20credit", Kind::retry, "(no credit)"},
                          Case{"/402/", Kind::retry, "paid"},
                          Case{"/404/none", Kind::retry, "look at url"},
                          Case{"/415/no", Kind::retry, "notation"},
                          Case{"/400/", Kind::refused, "HTTP 400 (an empty answer)"},
                          Case{"/200/", Kind::refused, "HTTP 200 (an empty answer)"},
                          Case{"/400/bad%0D%0A%20%20number", Kind::refused, "HTTP 400 bad number"},
                          Case{"/500/oops", Kind::retry, "HTTP 500"},
                          Case{"/502/no", Kind::lost, "HTTP 502"},
                          Case{"/503/no", Kind::retry, "HTTP 503"},
                          Case{"/504/no", Kind::lost, "HTTP 504"},
                          Case{"/drop", Kind::lost, ""},
                          Case{"/silent", Kind::lost, "timed out"},
                          Case{"/endless", Kind::lost, ""},
                          Case{"/garbage", Kind::lost, ""},
                          Case{"/redirect", Kind::retry, "redirect"}}) {
        options_.set("url", url(c.path));
        const DeliveryOutcome told = deliver();
        EXPECT_EQ(told.kind, c.kind) << c.path << ": " << told.said;
        EXPECT_THAT(told.said, HasSubstr(c.said)) << c.path;
    }
    EXPECT_EQ(requests().size(), 23U) << "the redirect was not followed";
    options_.set("url", url("/later"));
    EXPECT_EQ(deliver().after_ms, 7000U);
}

TEST_F(AGateway, ThatCannotBeReachedHasTakenNothing) {
    options_.set("url", "http://localhost:9/200").set("connect_seconds", 1);
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::retry);
    options_.set("url", "https" + url("/200").substr(4)); // nobody speaks TLS there
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::retry);
    EXPECT_TRUE(requests().empty());
}

TEST_F(AGateway, T29_IsNotSentTwiceWhatItTookWithoutAnAnswer) {
    for (const char* notation : {"query", "form"}) {
        options_.set("url", url("/once")).set("notation", notation);
        const std::size_t before = requests().size();
        Driver& kept_open = channel();
        EXPECT_EQ(kept_open.deliver({.destination = number}).kind, DeliveryOutcome::Kind::sent);
        const DeliveryOutcome told = kept_open.deliver({.destination = number});
        EXPECT_EQ(told.kind, DeliveryOutcome::Kind::lost) << notation;
        EXPECT_EQ(told.said, "the gateway ended the connection without an answer");
        EXPECT_EQ(requests().size() - before, 2U) << notation;
    }
}

TEST_F(AGateway, IsNotQuotedWhereItRepeatsTheMessage) {
    options_.set("url", url("/echo"));
    const DeliveryOutcome told = deliver();
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::sent);
    EXPECT_THAT(told.said, Not(HasSubstr("482915")));
}

TEST_F(AGateway, KnowsUsByItsSecret) {
    const std::string secret = folder_ / "secret";
    std::ofstream(secret) << "t0ken\n";
    std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
    options_.set("secret_file", secret).set_list("headers", {"Authorization: Bearer {secret}", "X-Site: 4"});
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::sent);
    EXPECT_THAT(requests().back()["headers"].dump(), HasSubstr(R"(["authorization","Bearer t0ken"],["x-site","4"])"));
}

TEST_F(AGateway, IsSentNoMoreThanItMayBeBilledFor) {
    options_.set("most_segments", 1);
    EXPECT_EQ(deliver({.destination = number, .text = std::string(160, 'x')}).kind, DeliveryOutcome::Kind::sent);
    EXPECT_EQ(deliver({.destination = number, .text = std::string(161, 'x')}).kind, DeliveryOutcome::Kind::refused);
    EXPECT_EQ(deliver({.destination = number, .text = "Fenêtre"}).kind, DeliveryOutcome::Kind::sent);
    EXPECT_EQ(requests().back()["fields"][1][1], "Fenetre");
    options_.set("unicode", "refuse");
    EXPECT_EQ(deliver({.destination = number, .text = "Fenêtre"}).kind, DeliveryOutcome::Kind::refused);
}

TEST_F(AGateway, T23_IsNotReachedOnThisMachineUnlessTheOptionsSaySo) {
    options_.set("near_addresses", 0, LOQUET_OPTION_BOOLEAN);
    const DeliveryOutcome told = deliver();
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::retry);
    EXPECT_THAT(told.said, HasSubstr("near_addresses"));
    EXPECT_THAT(logged(), HasSubstr("near_addresses"));
    EXPECT_TRUE(requests().empty());
}

TEST_F(AGateway, T23_IsReachedDirectlyWhateverTheEnvironmentSays) {
    ::setenv("http_proxy", "http://127.0.0.1:9", 1);
    ::setenv("all_proxy", "http://127.0.0.1:9", 1);
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::sent);
    ::unsetenv("http_proxy");
    ::unsetenv("all_proxy");
}

/// What a careless client does with a gateway's address: libcurl as it is, told to follow wherever it is sent.
long status_of_careless_get(const std::string& url) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(::curl_easy_init(), curl_easy_cleanup);
    ::curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
    ::curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 20L);
    ::curl_easy_setopt(curl.get(), CURLOPT_NOBODY, 0L);
    long status = 0;
    if (::curl_easy_perform(curl.get()) == CURLE_OK) {
        ::curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    }
    return status;
}

TEST_F(AGateway, T29_WouldBeSentTwiceWhatItTookWithoutAnAnswer) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> careless(::curl_easy_init(), curl_easy_cleanup);
    const std::string address = url("/once");
    ::curl_easy_setopt(careless.get(), CURLOPT_URL, address.c_str());
    ::curl_easy_setopt(careless.get(), CURLOPT_POSTFIELDS, "to=1&text=2");
    ::curl_easy_setopt(careless.get(), CURLOPT_NOPROXY, "*");
    EXPECT_EQ(::curl_easy_perform(careless.get()), CURLE_OK);
    EXPECT_EQ(::curl_easy_perform(careless.get()), CURLE_OK) << "as if nothing had happened";
    EXPECT_EQ(requests().size(), 3U);
}

TEST_F(AGateway, T23_IsNotWhereARedirectLeads) {
    options_.set("url", url("/redirect"));
    EXPECT_EQ(deliver().kind, DeliveryOutcome::Kind::retry);
    ASSERT_EQ(requests().size(), 1U);
    EXPECT_EQ(status_of_careless_get(url("/redirect")), 200);
    EXPECT_EQ(requests().size(), 3U) << "the careless way goes where it is sent";
}

TEST_F(AGateway, T23_WouldNotBeReachedWhereTheEnvironmentIsBelieved) {
    ::setenv("http_proxy", "http://127.0.0.1:9", 1);
    EXPECT_EQ(status_of_careless_get(url("/200")), 0);
    ::unsetenv("http_proxy");
    EXPECT_EQ(status_of_careless_get(url("/200")), 200);
}

TEST_F(AGateway, T23_IsToldApartFromNonsenseInItsOptions) {
    for (const char* bad : {"", "file:///etc/passwd", "gopher://h/", "ftp://h/", "h", "https://", "http://u:p@h/",
                            "http://h/#x", "http://h/ x", "http://h/\r\nX: y"}) {
        tests::ChannelOptions options = options_;
        options.set("url", bad);
        EXPECT_THROW(Driver{options}, sdk::Refusal) << bad;
    }
    for (const char* bad : {"X", "X: a\r\nY: b", "X Y: a", ": a", "X: \x01"}) {
        tests::ChannelOptions options = options_;
        options.set_list("headers", {bad});
        EXPECT_THROW(Driver{options}, sdk::Refusal) << bad;
    }
    options_.set("plain_http", 0, LOQUET_OPTION_BOOLEAN);
    EXPECT_THROW(Driver{options_}, sdk::Refusal) << "http without the option";
}

} // namespace
} // namespace loquet::plugins_sms_http
