namespace EventHistory.Projections;

/// <summary>What a session that reads and writes read models needs, be it a recorder's or a rebuild's.</summary>
internal static class FoldingSession
{
    /// <summary>
    /// It only ever looks for keys, in tables that may have grown since they were counted. And the plan for that is made once: by itself PostgreSQL
    /// makes one for each look-up of few keys, because the general one is for ten, and to plan for every day takes ten times as long as to look.
    /// </summary>
    public const string Options = "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan";

    /// <summary>Bytes. A batch is some megabytes, and each buffer a call to the system.</summary>
    public const int WriteBufferSize = 256 * 1024;
}
