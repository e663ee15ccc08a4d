using System.Globalization;
using Npgsql;

namespace EventHistory.Queries;

/// <summary>Why a question could not be answered, as a sentence for the one who asked. The details are in the log.</summary>
/// <param name="RetryAfterSeconds">When it is worth asking again; null: ask differently.</param>
internal sealed record QueryFault(string Title, string Sentence, int? RetryAfterSeconds)
{
    /// <summary>No single statement may keep the database busy for longer than this, in seconds.</summary>
    public const int TimeLimit = 10;

    /// <returns>Null when the fault is ours.</returns>
    public static QueryFault? Of(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction } =>
            new("The database is being prepared", "EventHistory has just started and is still creating its tables.", 2),
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => _tooLong,
        NpgsqlException { InnerException: TimeoutException } or TimeoutException => _tooLong,
        PostgresException refusal when refusal.SqlState[..2] is not ("08" or "28" or "3D" or "53" or "57" or "58") => null,
        NpgsqlException => new("The database is away", "The database does not answer at the moment; what was recorded is safe, and the recorder goes on when it is back.", 5),
        _ => null,
    };

    /// <summary>Writes the cause to the log, and when to come again into the answer.</summary>
    public void Report(HttpContext http, Exception cause)
    {
        http.RequestServices.GetRequiredService<ILogger<QueryFault>>().NotAnswered(http.Request.Path, Title, cause.GetBaseException().Message);
        if (RetryAfterSeconds is { } seconds)
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    private static readonly QueryFault _tooLong = new("The answer takes too long",
        $"The database did not answer within {TimeLimit} seconds: narrow the time range or ask for a name, a worker or a state; if it is just busy, try again later.", 10);
}
