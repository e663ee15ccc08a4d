using System.Globalization;

namespace EventHistory.Benchmarks;

/// <summary>What is measured, and how large. Only a run of full size is written down.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        EventHistory.Benchmarks [--only PART,PART] [--events N] [--tasks N] [--keep FOLDER] [--program FILE]

          --only     these parts instead of all
          --events   of the backlog of lists (3,000,000); the other parts follow in proportion
          --tasks    that are stored when a part begins at size (10,000,000)
          --keep     a folder for the stored tasks, to be found again by the next run: storing them takes longest
          --program  the eventhistory to measure; without it, the one that was built with this program

        """;

    public IReadOnlyList<string> Only { get; init; } = [];

    public int Events { get; init; } = 3_000_000;

    public int Tasks { get; init; } = 10_000_000;

    public string? Keep { get; init; }

    public string Program { get; init; } = Path.Combine(AppContext.BaseDirectory, "eventhistory");

    public bool IsFullSize => Events >= new BenchOptions().Events && Tasks >= new BenchOptions().Tasks;

    /// <param name="share">Of <see cref="Events"/>.</param>
    public int Scaled(double share) => Math.Max(1, (int)(Events * share));

    /// <exception cref="FormatException">Nothing that <see cref="Usage"/> has.</exception>
    public static BenchOptions Parse(string[] args)
    {
        var options = new BenchOptions();
        foreach (var pair in args.Chunk(2))
        {
            options = pair switch
            {
                ["--only", var parts] => options with { Only = parts.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                ["--events", var number] => options with { Events = Number(number) },
                ["--tasks", var number] => options with { Tasks = Number(number) },
                ["--keep", var folder] => options with { Keep = Path.GetFullPath(folder) },
                ["--program", var file] => options with { Program = Path.GetFullPath(file) },
                _ => throw new FormatException($"\"{string.Join(' ', pair)}\" is not known."),
            };
        }
        return options;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
