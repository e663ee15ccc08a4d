using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using EventHistory.Core.Reports;
using EventHistory.Settings;

namespace EventHistory.Reports;

/// <summary>By mail: the HTML is what is read, the other files are attached.</summary>
internal sealed class MailDelivery(EventHistorySettings settings) : IDelivery
{
    public string Kind => DeliveryTarget.ToMail;

    public async Task Send(Parcel parcel, CancellationToken ct)
    {
        var smtp = settings.Smtp;
        if (smtp is not { Host: { } host, From: { } from })
            throw new DeliveryException("The settings Smtp:Host and Smtp:From name no server and sender any more.");
        using var client = new SmtpClient(host, smtp.Port) { EnableSsl = smtp.Security == "starttls" };
        if (smtp.User is { } user)
            client.Credentials = new NetworkCredential(user, smtp.Password);
        using var mail = Mail(parcel, from);
        await client.SendMailAsync(mail, ct);
    }

    private static MailMessage Mail(Parcel parcel, string from)
    {
        var content = parcel.Content;
        var mail = new MailMessage(from, parcel.Target.Addresses!.Single())
        {
            Subject = string.Join(' ', $"{content.Name}, {Clock(content.DueAt, content)}".Split('\r', '\n')),
            SubjectEncoding = Encoding.UTF8,
        };
        mail.Headers.Add("Message-ID", $"<{parcel.Id}@{from[(from.IndexOf('@') + 1)..]}>"); // the same for each attempt: who gets it twice, sees it once
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        mail.AlternateViews.Add(View(Encoding.UTF8.GetBytes(Text(content)), "text/plain"));
        foreach (var file in content.Files)
        {
            if (file.Format == ReportForm.Html)
                mail.AlternateViews.Add(View(file.Content, "text/html"));
            else
                mail.Attachments.Add(new Attachment(new MemoryStream(file.Content), file.Name, ReportForm.MediaType(file.Format)) { TransferEncoding = TransferEncoding.Base64 });
        }
        return mail;
    }

    private static AlternateView View(byte[] utf8, string mediaType) =>
        new(new MemoryStream(utf8), new ContentType(mediaType) { CharSet = "utf-8" }) { TransferEncoding = TransferEncoding.Base64 };

    private static string Text(ParcelContent content) =>
        $"{content.Name}\n\nFrom {Clock(content.From, content)} to {Clock(content.To, content)} ({content.TimeZone}), "
        + $"{(content.Complete switch { true => "recorded whole", false => "NOT recorded whole", null => "not known to be recorded whole" })}.\n"
        + $"{content.Rows.ToString("#,0", CultureInfo.InvariantCulture)} rows{(content.Files.Any(f => f.Format != ReportForm.Html) ? ", attached" : "")}.\n";

    private static string Clock(DateTime at, ParcelContent content) =>
        (ZoneText.Parse(content.TimeZone).Zone is { } zone ? TimeZoneInfo.ConvertTimeFromUtc(at, zone) : at).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
