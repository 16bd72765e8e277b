"""The providers: Amazon SES for mail, Amazon SNS for text messages; on the emulator both are captured, not sent."""

from mall import aws, config


def send_mail(to: str, subject: str, text: str) -> None:
    """Hand a plain-text letter to SES."""
    aws.client("ses").send_email(
        Source=config.get("MALL_MAIL_SENDER"),
        Destination={"ToAddresses": [to]},
        Message={
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        },
    )


def send_text(phone: str, text: str) -> None:
    """Hand a text message to SNS; `phone` is E.164."""
    aws.client("sns").publish(
        PhoneNumber=phone,
        Message=text,
        MessageAttributes={"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}},
    )
