using EventHistory.Settings;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EventHistory.Ingest;

/// <summary>Tells whether trying again can help when the broker says no.</summary>
internal static class BrokerFault
{
    /// <summary>What a person has to put right, as a sentence; null: the fault may pass by itself.</summary>
    public static string? Explain(Exception fault, EventHistorySettings settings)
    {
        var broker = BrokerUrl.Parse(settings.Broker);
        if (fault is StartException)
            return fault.Message;
        if (fault is BrokerUnreachableException { InnerException: { } inner })
            return Explain(inner, settings);
        if (fault is AuthenticationFailureException)
            return $"The broker {broker} refused the login: give the right user and password with --broker.";
        if (fault is not OperationInterruptedException { ShutdownReason: { } reason })
            return null;
        return reason.ReplyCode switch
        {
            Constants.AccessRefused =>
                $"The broker {broker} refused ({reason.ReplyText}): its user needs the permissions configure, write and read on the exchange "
                + $"{settings.Exchange}, on the queue {settings.Stream.Name} and (write) on amq.default.",
            Constants.NotAllowed =>
                $"The broker {broker} refused ({reason.ReplyText}): name a virtual host that exists and that the user may use.",
            Constants.PreconditionFailed when reason.ReplyText.Contains("'type'", StringComparison.Ordinal) =>
                $"The exchange {settings.Exchange} is no topic exchange ({reason.ReplyText}): name Celery's event_exchange with the setting Exchange.",
            Constants.PreconditionFailed when reason.ReplyText.Contains("inequivalent arg 'x-queue-type'", StringComparison.Ordinal) =>
                $"The queue {settings.Stream.Name} exists and is no stream ({reason.ReplyText}): delete it, or choose another name with the setting Stream:Name.",
            Constants.PreconditionFailed or Constants.NotImplemented =>
                $"The broker {broker} does not let us have a stream ({reason.ReplyText}): recording needs RabbitMQ 3.9 or newer with the feature flag stream_queue on.",
            _ => null,
        };
    }
}
