// What mail is made of, the most usual last, where it costs least to point to: fields, types and beginnings
// of parts, HTML of common programs, answers and forwarded mail, reports, invitations, phrases in French and
// English. Written by hand, not out of anybody's mail. Lines end in LF here and in CRLF where it is used.
#include "store/packing.h"

namespace facteur::store {
namespace {

constexpr std::string_view dictionary_text = R"dictionary(BEGIN:VCALENDAR
PRODID:-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID=Europe/Paris:20260101T090000
DTEND;TZID=Europe/Paris:20260101T100000
DTSTAMP:20260101T080000Z
ORGANIZER;CN=mailto:
UID:
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=mailto:
CREATED:LAST-MODIFIED:LOCATION:SEQUENCE:0
STATUS:CONFIRMED
SUMMARY:DESCRIPTION:TRANSP:OPAQUE
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT15M
END:VALARM
END:VEVENT
END:VCALENDAR
Reporting-MTA: dns;
Final-Recipient: rfc822;
Action: failed
Status: 5.1.1
Remote-MTA: dns;
Diagnostic-Code: smtp; 550 5.1.1 <>: Recipient address rejected: User unknown in virtual mailbox table
This is the mail system at host

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.
Content-Description: Undelivered Message
Content-Type: message/delivery-status
Content-Type: message/rfc822
ARC-Seal: i=1; a=rsa-sha256; t=1700000000; cv=none; d=google.com; s=arc-20240605; b=
ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=microsoft.com; s=arcselector10001; h=From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-AntiSpam-MessageData-ChunkCount; bh=
ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@ header.s= header.b=; spf=pass (google.com: domain of designates as permitted sender) smtp.mailfrom=; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=
X-Google-DKIM-Signature: X-Gm-Message-State: X-Google-Smtp-Source: X-Received: by 2002:a05:
X-MS-Exchange-Organization-SCL: X-MS-Has-Attach: X-MS-TNEF-Correlator: X-MS-PublicTrafficType: Email
X-MS-TrafficTypeDiagnostic: X-MS-Office365-Filtering-Correlation-Id: X-MS-Exchange-CrossTenant-OriginalArrivalTime: X-MS-Exchange-Transport-CrossTenantHeadersStamped: X-OriginatorOrg: .onmicrosoft.com
x-forefront-antispam-report: CIP:255.255.255.255;CTRY:;LANG:fr;SCL:1;SRV:;IPV:NLI;SFV:NSPM;H:.eurprd03.prod.outlook.com;PTR:;CAT:NONE;
Received: from mail-ej1-f41.google.com (mail-ej1-f41.google.com [209.85.218.41])
Received: from PR0P264MB.FRAP264.PROD.OUTLOOK.COM ([fe80::]) by PR0P264MB.FRAP264.PROD.OUTLOOK.COM with mapi id 15.20.
Feedback-ID: X-Mailer: X-Campaign: X-Report-Abuse: Precedence: bulk
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All
X-Priority: 3 (Normal)
Importance: Normal
Return-Path: <bounce@
Sender: Errors-To: X-BeenThere: X-Mailman-Version: 2.1.39
List-Id: <>
List-Help: <mailto:?subject=help>
List-Post: <mailto:>
List-Subscribe: <>, <mailto:sympa@?subject=subscribe%20>
List-Archive: <https://
List-Owner: <mailto:-request@>
List-Unsubscribe: <https://www./unsubscribe?id=>, <mailto:unsubscribe@?subject=unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns:m="http://schemas.microsoft.com/office/2004/12/omml" xmlns="http://www.w3.org/TR/REC-html40">
<meta name="Generator" content="Microsoft Word 15 (filtered medium)">
<!--[if !mso]><style>v\:* {behavior:url(#default#VML);} o\:* {behavior:url(#default#VML);}</style><![endif]-->
<style><!-- /* Font Definitions */ @font-face {font-family:"Cambria Math"; panose-1:2 4 5 3 5 4 6 3 2 4;} @font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}
/* Style Definitions */ p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; margin-bottom:.0001pt; font-size:11.0pt; font-family:"Calibri",sans-serif; mso-fareast-language:EN-US;}
a:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}
span.EmailStyle17 {mso-style-type:personal-compose; font-family:"Calibri",sans-serif; color:windowtext;}
.MsoChpDefault {mso-style-type:export-only;} @page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt 70.85pt 70.85pt 70.85pt;} div.WordSection1 {page:WordSection1;} --></style>
<body lang=3D"FR" link=3D"#0563C1" vlink=3D"#954F72" style=3D"word-wrap:break-word"><div class=3D"WordSection1"><p class=3D"MsoNormal"><span style=3D"font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif"><o:p>&nbsp;</o:p></span></p>
<table width="100%" border="0" cellspacing="0" cellpadding="0" role="presentation" style="border-collapse:collapse;mso-table-lspace:0pt;mso-table-rspace:0pt;"><tbody><tr><td align="center" valign="top" style="padding:0 20px 20px 20px;font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;color:#333333;text-align:left;">
<a href="https://www. target="_blank" style="color:#ffffff;text-decoration:none;display:inline-block;background-color:#"><img src="https:// width="600" height="auto" alt="" border="0" style="display:block;"></a></td></tr></tbody></table>
<meta name="viewport" content="width=device-width, initial-scale=1.0"><meta http-equiv="X-UA-Compatible" content="IE=edge">@media only screen and (max-width: 600px) { width:100% !important; }
Si vous ne visualisez pas correctement ce message, consultez la version en ligne. Se d=C3=A9sabonner de cette liste. Politique de confidentialit=C3=A9. Tous droits r=C3=A9serv=C3=A9s.
Conform=C3=A9ment =C3=A0 la loi, vous disposez d=E2=80=99un droit d=E2=80=99acc=C3=A8s et de rectification des donn=C3=A9es vous concernant.
Ce message est envoy=C3=A9 automatiquement, merci de ne pas y r=C3=A9pondre. This email was sent to you because. If you no longer wish to receive these emails, you can unsubscribe at any time.
View this email in your browser. Privacy Policy. All rights reserved. Please do not reply to this email. You are receiving this email because you have an account. Thank you for your order.
<div dir=3D"ltr"><div class=3D"gmail_quote gmail_quote_container"><div dir=3D"ltr" class=3D"gmail_attr">Le=C2=A0lun. 5 janv. 2026 =C3=A0=C2=A010:00, &lt;<a href=3D"mailto:" target=3D"_blank"></a>&gt; a =C3=A9crit=C2=A0:<br></div><blockquote class=3D"gmail_quote" style=3D"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"></div></blockquote></div></div>
<blockquote type=3D"cite" cite=3D"mid:"><div class=3D"moz-cite-prefix">Le 05/01/2026 =C3=A0 10:00, a =C3=A9crit=C2=A0:<br></div><div class=3D"moz-signature"></div></blockquote>
<div id=3D"appendonsend"></div><hr style=3D"display:inline-block;width:98%" tabindex=3D"-1"><div id=3D"divRplyFwdMsg" dir=3D"ltr"><font face=3D"Calibri, sans-serif" style=3D"font-size:11pt" color=3D"#000000"><b>De :</b>  &lt;&gt;<br><b>Envoy=C3=A9 :</b> lundi 5 janvier 2026 10:00<br><b>=C3=80 :</b> <br><b>Cc :</b> <br><b>Objet :</b> RE: </font><div>&nbsp;</div></div>
<html><head><meta http-equiv=3D"Content-Type" content=3D"text/html; charset=3Dutf-8"><style type=3D"text/css" style=3D"display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body dir=3D"ltr"><div class=3D"elementToProof" style=3D"font-family: Aptos, Calibri, Helvetica, sans-serif; font-size: 12pt; color: rgb(0, 0, 0);"><br></div></body></html>
-------- Message transf=C3=A9r=C3=A9 --------
-----Message d'origine-----
De : <>
Envoy=E9 : lundi 5 janvier 2026 10:00
=C0 :
Objet : RE:
________________________________
---------- Forwarded message ---------
-----Original Message-----
From: <>
Sent: Monday, January 5, 2026 10:00 AM
To:
Subject: RE:
On Mon, Jan 5, 2026 at 10:00 AM wrote:
>
> >
--
Envoy=C3=A9 de mon iPhone
Sent from my iPhone
Hi all, Hello, Dear Sir or Madam, Please find attached. Thank you for your message. Let me know if you have any questions. I look forward to hearing from you. Kind regards, Best regards, Best, Thanks, the and that have this with you for from are will would be not your our can has been was were they there which about
Madame, Monsieur, Ch=C3=A8re coll=C3=A8gue, Cher coll=C3=A8gue, Chers coll=C3=A8gues, Bonjour Madame, Bonjour Monsieur, Bonjour =C3=A0 tous, Bonjour =C3=A0 toutes et =C3=A0 tous,
Je vous prie de bien vouloir trouver ci-joint le document. Veuillez trouver en pi=C3=A8ce jointe. Je vous remercie par avance de votre r=C3=A9ponse. Merci de votre retour. Merci beaucoup pour votre aide. N=E2=80=99h=C3=A9sitez pas =C3=A0 me contacter pour toute question. Je reste =C3=A0 votre disposition pour tout renseignement compl=C3=A9mentaire.
Dans l=E2=80=99attente de votre r=C3=A9ponse, je vous prie d=E2=80=99agr=C3=A9er, Madame, Monsieur, l=E2=80=99expression de mes salutations distingu=C3=A9es. Bien cordialement, Cordialement, Bien =C3=A0 vous, Bonne journ=C3=A9e, =C3=80 bient=C3=B4t,
Suite =C3=A0 notre =C3=A9change t=C3=A9l=C3=A9phonique, nous vous informons que la r=C3=A9union aura lieu lundi mardi mercredi jeudi vendredi samedi dimanche =C3=A0 partir de heures dans la salle. L=E2=80=99ordre du jour, le compte rendu, la date limite, le calendrier, l=E2=80=99emploi du temps, le conseil de classe, les =C3=A9l=C3=A8ves, les parents, les enseignants, les professeurs, le coll=C3=A8ge, le lyc=C3=A9e, l=E2=80=99=C3=A9cole, l=E2=80=99=C3=A9tablissement, l=E2=80=99acad=C3=A9mie, le rectorat, le secr=C3=A9tariat, la direction, le service, la formation, l=E2=80=99inscription, le stage, la sortie scolaire, le projet, les vacances, la rentr=C3=A9e, le dossier, le formulaire, la demande, la convention, l=E2=80=99autorisation, le bulletin, l=E2=80=99absence, le retard
janvier f=C3=A9vrier mars avril mai juin juillet ao=C3=BBt septembre octobre novembre d=C3=A9cembre=20
est-ce que vous pouvez il faut que nous avons vous avez ils ont sera seront =C3=AAtre =C3=A9t=C3=A9 =C3=A9tait fait pas plus tr=C3=A8s tout tous toutes cette ces dans avec pour sur sous sans entre apr=C3=A8s avant depuis jusqu=E2=80=99au c=E2=80=99est n=E2=80=99est qu=E2=80=99il d=E2=80=99une l=E2=80=99un s=E2=80=99il par une des les aux ainsi que votre notre leur =C2=AB =C2=BB =E2=82=AC =E2=80=93 =E2=80=A6 =C3=AA =C3=A8 =C3=AE =C3=B4 =C3=A7 =C3=B9
à é è ê ç à tous. Chère collègue, une réunion, vous êtes, élèves, École, année, numéro, téléphone : +33 (0)1 01 02 03 04 05
</p>
<p></p><br></div>
<ul><li></li></ul><h1></h1><h2></h2><strong></strong><b></b><em></em><span style="font-size: 12pt; color: rgb(0, 0, 0);"></span><a href="https://www.
</body></html>

JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9GbGF0ZURlY29kZT4+CnN0cmVhbQp4nJVBERi0xLjcKJeLjz9MKZW5kc3RyZWFtCmVuZG9iago=
iVBORw0KGgoAAAANSUhEUgAAAQAAAAEACAYAAABccqhmAAAAGXRFWHRTb2Z0d2FyZQBBZG9iZSBJbWFnZVJlYWR5ccllPAAAAAlwSFlzAAAOxAAADsQBlSsOGwAAAABJRU5ErkJggg==
/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/
UEsDBBQABgAIAAAAIQDfpNJsWgEAACAFAAATAAgCW0NvbnRlbnRfVHlwZXNdLnhtbCCiBAIooAACAAAAAA
Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document; name=".docx"
Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet; name=".xlsx"
Content-Type: application/vnd.oasis.opendocument.text; name=".odt"
Content-Type: application/msword; name=".doc"
Content-Type: application/zip; name=".zip"
Content-Type: application/octet-stream; name=
Content-Type: text/calendar; charset=UTF-8; method=REQUEST
Content-Type: image/png; name="image001.png"
Content-Description: image001.png
Content-ID: <image001.png@01DB>
Content-Disposition: inline; filename="image001.png"; size=; creation-date="Mon, 05 Jan 2026 10:00:00 GMT"
Content-Type: image/jpeg; name=".jpg"
Content-Type: application/pdf; name=".pdf"
Content-Disposition: attachment; filename=".pdf"
Content-Disposition: attachment;
 filename*=utf-8''%20%C3%A9%C3%A8%20.pdf
Content-Transfer-Encoding: base64
X-Attachment-Id: f_

Received: from mail. (localhost [127.0.0.1])
	by mx. (Postfix) with ESMTPS id
	(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)
	 key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)
	(No client certificate requested)
	for <>; Mon,  5 Jan 2026 10:00:00 +0100 (CET)
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=; s=default; t=1700000000; x=;
	h=from:from:reply-to:subject:subject:date:date:message-id:message-id:
	 to:to:cc:mime-version:mime-version:content-type:content-type:
	 content-transfer-encoding:content-transfer-encoding:in-reply-to:in-reply-to:
	 references:references:list-unsubscribe:list-unsubscribe-post:feedback-id;
	bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=
Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=; helo=; envelope-from=; receiver=
Authentication-Results: mx.; dkim=pass (2048-bit key) header.d= header.i=@ header.a=rsa-sha256 header.s=selector1 header.b=; spf=pass smtp.mailfrom=; dmarc=pass (policy=none) header.from=
X-Spam-Status: No, score=-0.1 required=5.0 tests=DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,HTML_MESSAGE,SPF_HELO_NONE,SPF_PASS autolearn=ham
X-Spam-Level: X-Spam-Flag: NO
X-Virus-Scanned: Debian amavisd-new at
Reply-To:
Delivered-To:
X-Original-To:
Thread-Topic: Thread-Index: Adb
Accept-Language: fr-FR, en-US
Content-Language: fr-FR
Content-Language: en-US
X-Mailer: Apple Mail (2.3826.300.87)
X-Mailer: Microsoft Outlook 16.0
X-Mailer: iPhone Mail (22B91)
User-Agent: Roundcube Webmail/1.6.9
User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101
 Thunderbird/128.5.0
Message-ID: <@mail.gmail.com>
Message-ID: <.prod.outlook.com>
In-Reply-To: <
References: <
 <
Mime-Version: 1.0 (Mac OS X Mail 16.0 \(3826.300.87\))
Content-Type: text/html; charset="us-ascii"
Content-Type: text/plain; charset=us-ascii
Content-Type: text/plain; charset="iso-8859-1"
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: 7bit
Content-Transfer-Encoding: 8bit
Content-Type: multipart/related; boundary="_000_"; type="multipart/alternative"
Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="
Content-Type: multipart/report; report-type=delivery-status;
	boundary="
Content-Type: multipart/mixed; boundary="----=_Part_
Content-Type: multipart/alternative; boundary="0000000000
Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes
Content-Type: text/html; charset=UTF-8

<html><head><meta charset="utf-8"></head><body><p>
Content-Type: multipart/alternative;
	boundary="----=_NextPart_000_0001_01DB
Content-Type: multipart/alternative;
 boundary="------------

This is a multi-part message in MIME format.
--------------
Content-Type: text/plain; charset="utf-8"
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<html><head><meta http-equiv=3D"content-type" content=3D"text/html; charset=3DUTF-8"></head><body><p>
Date: Mon, 5 Jan 2026 10:00:00 +0200
Date: Sat, Sun, Tue, Wed, Thu, Fri, Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2025 2026 2027 +0000 (UTC)
From: =?iso-8859-1?Q?=E9?= <
From: =?UTF-8?B?
From: =?utf-8?Q?=C3=A9_
To: "" <@gmail.com>,
Cc: <@ac-.fr>
Subject: [] Fwd: TR: Tr: Re : Re: RE: =?UTF-8?Q?=C3=A9_
Subject: Re: =?utf-8?Q?=C3=A0_=C3=A9_=C3=A8_=E2=80=99?=
 =?utf-8?Q?_
Subject: =?utf-8?B?
Message-ID: <
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8; format=flowed
Content-Transfer-Encoding: quoted-printable

Bonjour,

Cordialement,

Date: Mon, 05 Jan 2026 10:00:00 +0100
From:
To: <
Subject:)dictionary";

std::string with_line_ends() {
    std::string bytes;
    for (const char c : dictionary_text) {
        if (c == '\n') bytes += '\r';
        bytes += c;
    }
    return bytes;
}

} // namespace

const std::string& mail_dictionary() {
    static const std::string bytes = with_line_ends();
    return bytes;
}

} // namespace facteur::store
