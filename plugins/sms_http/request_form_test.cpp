// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/gateway.h"
#include "plugins/sms_http/request_form.h"

#include <gtest/gtest.h>
#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_sms_http {
namespace {

using Notation = RequestForm::Notation;

std::string written(Notation notation, const std::vector<std::string>& fields, std::string_view text = "Code 1") {
    return RequestForm(notation, fields).write({"+33612345678", text, "9f86", "s3cret"});
}

TEST(ARequest, IsWrittenInEachNotation) {
    EXPECT_EQ(written(Notation::form, {"to={digits}", "key={secret}", "from=LOQUET & co", "text={text}"}),
              "to=33612345678&key=s3cret&from=LOQUET%20%26%20co&text=Code%201");
    EXPECT_EQ(written(Notation::json, {"sms.to[]={number}", "sms.id={reference}", "sms.text={text}", "flash:=false"}),
              R"({"sms":{"to":["+33612345678"],"id":"9f86","text":"Code 1"},"flash":false})");
    EXPECT_EQ(written(Notation::json, {"messages[].to={number}", "messages[].text={text}"}),
              R"({"messages":[{"to":"+33612345678","text":"Code 1"}]})");
    EXPECT_EQ(written(Notation::xml, {"sms.@key={secret}", "sms.to={number}", "sms.body.text={text}"}),
              R"(<?xml version="1.0" encoding="UTF-8"?><sms key="s3cret"><to>+33612345678</to>)"
              R"(<body><text>Code 1</text></body></sms>)");
}

TEST(ARequest, IsNotMadeOfWhatDoesNotGoTogether) {
    const std::vector<std::string> good{"a.to={number}", "a.text={text}"};
    const auto with = [&](const std::string& field) {
        std::vector<std::string> fields = good;
        fields.push_back(field);
        return fields;
    };
    for (const Notation notation : {Notation::query, Notation::form, Notation::json, Notation::xml}) {
        EXPECT_NO_THROW(RequestForm(notation, good));
        EXPECT_THROW(RequestForm(notation, {"a.to={number}"}), sdk::Refusal) << "no text";
        EXPECT_THROW(RequestForm(notation, {"a.text={text}"}), sdk::Refusal) << "no number";
        for (const char* bad : {"a", "=x", "a.b={text} for you", "a.b={unknown}", "a.b={"}) {
            EXPECT_THROW(RequestForm(notation, with(bad)), sdk::Refusal) << bad;
        }
    }
    for (const char* bad : {"a=x", "a.to=x", "a.to.b=x", "a[].b=x", ".a=x", "a.=x", "b:={\"x\":1}", "b:=01", "b:="}) {
        EXPECT_THROW(RequestForm(Notation::json, with(bad)), sdk::Refusal) << bad;
    }
    for (const char* bad : {"b=x", "a.b c=x", "a.<b>=x", "a.1=x", "a.@b.c=x"}) {
        EXPECT_THROW(RequestForm(Notation::xml, with(bad)), sdk::Refusal) << bad;
    }
}

TEST(APattern, FindsItsGroup) {
    EXPECT_TRUE(Pattern("success", "").empty());
    const Pattern pattern("reference", "id: ([0-9]+)");
    EXPECT_EQ(pattern.match("ok\nid: 42\n"), "42");
    EXPECT_EQ(pattern.match(""), std::nullopt);
    EXPECT_EQ(Pattern("success", "^ok").match(std::string_view("ok\0x", 4)), "ok");
    EXPECT_THROW(Pattern("success", "("), sdk::Refusal);
}

TEST(AReportUrl, HasValuesInItsPathAndItsQuery) {
    const ReportUrl url("https://sms.example.org/v1/{gateway_reference}/report?ours={reference}&key={secret}");
    EXPECT_EQ(url.write({"gw-1", "0a1b", "s3cret"}), "https://sms.example.org/v1/gw-1/report?ours=0a1b&key=s3cret");
    EXPECT_TRUE(ReportUrl("").empty());
}

// T6: a gateway's name for a message is what somebody else wrote.
TEST(AReportUrl, T6_HasNothingButValuesWhateverTheyHold) {
    const ReportUrl url("https://sms.example.org/v1/{gateway_reference}?key={secret}");
    EXPECT_EQ(url.write({"../admin?x=1&y#z%2f\r\n é", "", "a&b"}),
              "https://sms.example.org/v1/..%2Fadmin%3Fx%3D1%26y%23z%252f%0D%0A%20%C3%A9?key=a%26b");
}

TEST(AReportUrl, SaysWhichMessageIsMeant) {
    for (const char* bad :
         {"https://a/b", "https://a/{secret}", "https://a/{number}", "https://a/{reference", "https://a/}"}) {
        EXPECT_THROW(ReportUrl{bad}, sdk::Refusal) << bad;
    }
    const ReportUrl theirs("https://a/{gateway_reference}");
    EXPECT_FALSE(theirs.can_name({"", "0a1b", ""}));
    EXPECT_TRUE(theirs.can_name({"gw", "0a1b", ""}));
    EXPECT_TRUE(ReportUrl("https://a/{reference}").can_name({"", "0a1b", ""}));
}

} // namespace
} // namespace loquet::plugins_sms_http
