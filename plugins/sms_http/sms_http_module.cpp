// SPDX-License-Identifier: LGPL-2.1-or-later
// sms_http.so: the channel behind its C symbol.
#include "plugins/sms_http/sms_http_channel.h"

LOQUET_DEFINE_CHANNEL(loquet::plugins_sms_http::SmsHttpChannel)
