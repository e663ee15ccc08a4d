using System.Globalization;

namespace EventHistory.Core.Queries;

/// <summary>How many, as people write it in a query string.</summary>
public static class CountText
{
    /// <param name="name">Of the parameter.</param>
    /// <param name="text">Empty: not given.</param>
    /// <param name="most">The largest number that is taken.</param>
    /// <param name="byDefault">What an empty text stands for.</param>
    /// <returns>The number; or a sentence that says what would be right.</returns>
    public static (int Count, string? Problem) Read(string name, string text, int most, int byDefault) =>
        text.Length == 0 ? (byDefault, null)
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most ? (count, null)
        : (byDefault, $"{name} \"{text}\" is not a number from 1 to {most}.");
}
