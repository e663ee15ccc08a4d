namespace EventHistory.Core.Search;

/// <summary>What the values of each field are like.</summary>
internal static class TextFields
{
    /// <summary>Its values have no commas, so these separate several.</summary>
    public static bool TakesSet(TextField field) => field is TextField.Id or TextField.Name or TextField.State or TextField.Worker or TextField.Queue
        or TextField.Root or TextField.Parent or TextField.Group;

    /// <summary>A value without wildcards is a whole one, and not a part.</summary>
    public static bool IsWhole(TextField field) => field is TextField.Id or TextField.State or TextField.Root or TextField.Parent or TextField.Group;

    /// <summary>Only whole values.</summary>
    public static bool TakesPattern(TextField field) => field is not (TextField.Root or TextField.Parent or TextField.Group);

    /// <summary>Every task has another one: finding a letter or two in it would be to read them all.</summary>
    public static bool IsLong(TextField field) => field is TextField.Any or TextField.Args or TextField.Kwargs or TextField.Result
        or TextField.Exception or TextField.Traceback;

    /// <summary>States are stored in upper case.</summary>
    public static string Normal(TextField field, string value) => field == TextField.State ? value.ToUpperInvariant() : value;
}
