"""messages (邮件系统, 短信系统): every letter and text message that leaves the mall.

Owns the ports to the providers. Other subsystems ask `messages.service` to send; which provider does it is this
package's business alone.
"""
