using System.Text;

namespace EventHistory.Benchmarks;

/// <summary>Sections as Markdown.</summary>
internal static class Report
{
    public static string Of(IReadOnlyList<Section> sections)
    {
        var text = new StringBuilder("""
            # How fast it is

            What `make bench` measured last: the real `eventhistory`, a real RabbitMQ, and PostgreSQL as EventHistory itself starts it (fsync and
            synchronous_commit on), all on one machine that each part names below. `make bench ONLY=…` measures some parts again.

            | figure | promised | measured | |
            |---|---|---|---|

            """);
        foreach (var figure in sections.SelectMany(s => s.Figures))
            text.Append(Row([figure.Name, figure.Target, $"**{figure.Measured}**", figure.Met ? "met" : "**missed**"]));
        foreach (var section in sections)
            text.Append('\n').Append(Of(section));
        return text.ToString();
    }

    public static string Of(Section section)
    {
        var text = new StringBuilder($"## {section.Title}\n\n{section.Says}\n\n{section.Machine}\n");
        if (section.Figures.Count > 0)
        {
            text.Append("\n| figure | promised | measured | |\n|---|---|---|---|\n");
            foreach (var figure in section.Figures)
                text.Append(Row([figure.Name, figure.Target, $"**{figure.Measured}**", figure.Met ? "met" : "**missed**"]));
        }
        foreach (var table in section.Tables)
        {
            text.Append(table.Says.Length > 0 ? $"\n{table.Says}\n\n" : "\n").Append(Row(table.Head)).Append(Row([.. table.Head.Select(_ => "---")]));
            foreach (var row in table.Rows)
                text.Append(Row(row));
        }
        return text.ToString();
    }

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |\n";
}
